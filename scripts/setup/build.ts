import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ServiceError } from "@/scripts/services/service-process";
import { bundle } from "@/scripts/setup/bundle";
import type { Step } from "@/scripts/setup/terminal";

/** What ends up in the build. Tests do not: changing one must not cost a minute at the next start. */
const BUILD_INPUTS = [
  ...["app", "components", "contracts", "domain", "lib", "server", "public", "prisma/schema"],
  ...["package-lock.json", "next.config.ts", "postcss.config.mjs", "tsconfig.json", "prisma.config.ts", "proxy.ts"],
];
const WORKER_INPUTS = [
  ...["contracts", "domain", "lib", "server", "worker", "prisma/schema"],
  ...["package-lock.json", "tsconfig.json", "prisma.config.ts", "scripts/setup/bundle.ts"],
];
/** Where the worker is built to, within the checkout. */
const WORKER_FOLDER = ".build/worker";
const GENERATE_INPUTS = ["prisma/schema", "prisma.config.ts", "package-lock.json"];
const TEST_FILE = /\.(test|spec)\.tsx?$/;

/** Generates the Prisma client unless the schema is the one that it was generated from. */
export async function ensureGenerated(root: string, step: Step): Promise<void> {
  const generated = path.join(root, "prisma/generated");
  const stamp = path.join(root, "node_modules/.cache/reclaim/generated");
  const hash = hashOfInputs(root, GENERATE_INPUTS);
  if (existsSync(generated) && readStamp(stamp) === hash) return;
  await step("Generated the database client", () =>
    runNode(
      root,
      ["node_modules/prisma/build/index.js", "generate"],
      {},
      "The database client could not be generated (see above).",
    ),
  );
  writeStamp(stamp, hash);
}

/** Builds the console unless `.next` is the build of these very sources. */
export async function ensureBuilt(root: string, step: Step): Promise<void> {
  const stamp = path.join(root, ".next/reclaim-sources");
  const hash = hashOfInputs(root, BUILD_INPUTS);
  if (existsSync(path.join(root, ".next/BUILD_ID")) && readStamp(stamp) === hash) return;
  // Gone before the build begins, so that a build that dies half-way is not taken for a whole one.
  rmSync(stamp, { force: true });
  await step("Built the console", () =>
    runNode(
      root,
      ["node_modules/next/dist/bin/next", "build"],
      { NODE_ENV: "production" },
      "The console could not be built (see above).",
    ),
  );
  writeStamp(stamp, hash);
}

/** Builds the worker, with the files of its threads, unless what is there was built of these very sources. Answers the file to run. */
export async function ensureWorkerBuilt(root: string, step: Step): Promise<string> {
  const folder = path.join(root, WORKER_FOLDER);
  const stamp = path.join(folder, "reclaim-sources");
  const file = path.join(folder, "main.mjs");
  const hash = hashOfInputs(root, WORKER_INPUTS);
  if (existsSync(file) && readStamp(stamp) === hash) return file;
  rmSync(folder, { recursive: true, force: true });
  await step("Built the worker", () => bundle(root, ["worker/main.ts"], folder));
  writeStamp(stamp, hash);
  return file;
}

/** A hash over the names and contents of files and of everything in folders; what does not exist counts as empty. */
export function hashOfInputs(root: string, inputs: string[]): string {
  const hash = createHash("sha256");
  const visit = (relative: string) => {
    const file = path.join(root, relative);
    const stat = statSync(file, { throwIfNoEntry: false });
    if (stat?.isDirectory()) {
      for (const name of readdirSync(file).sort()) visit(`${relative}/${name}`);
    } else if (stat && !TEST_FILE.test(relative)) {
      hash.update(`${relative}\0${stat.size}\0`).update(readFileSync(file));
    }
  };
  for (const input of inputs) visit(input);
  return hash.digest("hex");
}

function readStamp(file: string): string | null {
  return existsSync(file) ? readFileSync(file, "utf8") : null;
}

function writeStamp(file: string, hash: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, hash);
}

/** Runs a script with Node, quietly. @throws ServiceError with the end of its output. */
async function runNode(root: string, args: string[], environment: Record<string, string>, failure: string) {
  const output: string[] = [];
  const code = await new Promise<number | null>((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd: root,
      env: { ...process.env, NO_COLOR: "1", NEXT_TELEMETRY_DISABLED: "1", CHECKPOINT_DISABLE: "1", ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => output.push(chunk.toString()));
    const stop = () => child.kill();
    process.once("exit", stop);
    child.once("error", reject);
    child.once("close", (status) => {
      process.off("exit", stop);
      resolve(status);
    });
  });
  if (code !== 0) throw new ServiceError(failure, output.join("").trimEnd().split("\n").slice(-40).join("\n"));
}
