import { spawn, spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { findCommand, isDebianFamily } from "@/scripts/prepare.mjs";
import { type Step, UserError } from "@/scripts/setup/terminal";

/** A command that must be there, and the Debian package that brings it. */
export interface SystemCommand {
  command: string;
  package: string;
}

/**
 * Installs the Debian packages of the commands that are missing, as root or with `sudo -n`.
 * @throws UserError with the line to run, where we may not.
 */
export async function ensureSystemCommands(wanted: SystemCommand[], step: Step): Promise<void> {
  const missing = wanted.filter(({ command }) => findCommand(command) === null);
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map((entry) => entry.package))];
  if (!isDebianFamily())
    throw new UserError(`Missing on the PATH: ${missing.map((entry) => entry.command).join(", ")}.`);
  const line = `sudo apt-get update && sudo apt-get install -y ${packages.join(" ")}`;
  const isRoot = process.getuid?.() === 0;
  if (!isRoot && spawnSync("sudo", ["-n", "true"], { stdio: "ignore" }).status !== 0) {
    throw new UserError(`Debian packages are missing; install them with: ${line}`);
  }
  await step(`Installed ${packages.join(", ")}`, async () => {
    const install = ["install", "-y", "--no-install-recommends", ...packages];
    let run = hasPackageLists() ? await aptGet(install, isRoot) : null;
    if (run?.status !== 0) {
      // No lists, or lists so old that they name files which are gone.
      const update = await aptGet(["update"], isRoot);
      run = update.status === 0 ? await aptGet(install, isRoot) : update;
    }
    if (run.status !== 0) {
      const reason = run.output.split("\n").find((text) => text.startsWith("E: ")) ?? "apt-get failed";
      throw new UserError(`${reason} — install them yourself with: ${line}`);
    }
  });
}

function hasPackageLists(): boolean {
  try {
    return readdirSync("/var/lib/apt/lists").some(
      (name) => name.endsWith("_Packages") || name.endsWith("_Packages.lz4"),
    );
  } catch {
    return false;
  }
}

function aptGet(args: string[], isRoot: boolean): Promise<{ status: number | null; output: string }> {
  // The system's own redis and docker-registry are none of our business: with these, the packages' scripts start
  // nothing, neither by init scripts (RUNLEVEL) nor by systemd (SYSTEMD_OFFLINE).
  const environment = ["DEBIAN_FRONTEND=noninteractive", "RUNLEVEL=1", "SYSTEMD_OFFLINE=1", "LC_ALL=C"];
  // Another apt-get may be at work, such as the nightly upgrade: wait for it.
  const command = ["env", ...environment, "apt-get", "-q", "-o", "DPkg::Lock::Timeout=300", ...args];
  const [program = "env", ...rest] = isRoot ? command : ["sudo", "-n", ...command];
  return new Promise((resolve) => {
    const child = spawn(program, rest, { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    const collect = (chunk: Buffer) => {
      output += chunk.toString();
    };
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    child.once("error", (error) => resolve({ status: null, output: `E: ${error.message}` }));
    child.once("close", (status) => resolve({ status, output }));
  });
}
