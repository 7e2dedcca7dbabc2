// What both commands need before anything can be imported: it runs without node_modules, so it is plain JavaScript.
import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import path from "node:path";

const ROOT = path.resolve(import.meta.dirname, "..");
const MINIMUM_NODE = [20, 19];

/** Ends the process with one line that says what to do. */
function giveUp(message) {
  console.error(`✗ ${message}`);
  process.exit(1);
}

/** Node's version, the working directory, and `.env` (which never overrides what the environment says already). */
export function prepareProcess({ loadEnvFile = true } = {}) {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major < MINIMUM_NODE[0] || (major === MINIMUM_NODE[0] && minor < MINIMUM_NODE[1])) {
    giveUp(`Reclaim needs Node ${MINIMUM_NODE.join(".")} or newer; this is ${process.versions.node}.`);
  }
  process.chdir(ROOT);
  if (loadEnvFile && existsSync(".env")) process.loadEnvFile(".env");
}

/** Where the missing Debian packages cannot be installed by us, says once what is needed. */
export function checkSystem() {
  if (isDebianFamily()) return;
  const missing = [
    !process.env.REDIS_URL && !findCommand("redis-server") && "redis-server (or REDIS_URL)",
    !process.env.REGISTRY_URL &&
      !findCommand(process.env.RECLAIM_REGISTRY_BINARY ?? "docker-registry") &&
      "docker-registry 2.8 or newer (or RECLAIM_REGISTRY_BINARY, or REGISTRY_URL)",
    process.env.RECLAIM_DEMO !== "0" && !findCommand("skopeo") && "skopeo (or RECLAIM_DEMO=0)",
    !process.env.DATABASE_URL && !["linux", "darwin"].includes(process.platform) && "PostgreSQL (DATABASE_URL)",
  ].filter(Boolean);
  if (missing.length === 0) return;
  const system =
    process.platform === "darwin" ? "macOS" : process.platform === "linux" ? "this Linux" : process.platform;
  giveUp(
    `Reclaim installs what it needs on Debian and Ubuntu only. On ${system}, put these on the PATH: ${missing.join(", ")}.`,
  );
}

/** True on Debian, Ubuntu and what says that it is like them. */
export function isDebianFamily() {
  if (process.platform !== "linux" || !existsSync("/etc/os-release")) return false;
  const ids = readFileSync("/etc/os-release", "utf8").match(/^ID(_LIKE)?=.*$/gm) ?? [];
  return ids.some((line) => /\b(debian|ubuntu)\b/.test(line));
}

/** The full path of a command, also from the folders that hold daemons; null when there is none. */
export function findCommand(name) {
  if (name.includes("/")) return isExecutable(name) ? name : null;
  const folders = [...(process.env.PATH ?? "").split(path.delimiter), "/usr/sbin", "/usr/local/sbin"];
  return folders.map((folder) => path.join(folder, name)).find(isExecutable) ?? null;
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Runs `npm ci` unless node_modules already is what package-lock.json says. */
export function ensureNodeModules() {
  if (nodeModulesMatch()) return;
  const startedAt = Date.now();
  process.stdout.write("  Installing npm packages (about a minute) …\n");
  const run = spawnSync("npm", ["ci", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"], {
    stdio: ["ignore", "ignore", "pipe"],
    encoding: "utf8",
    env: { ...process.env, NPM_CONFIG_LOGLEVEL: "error", PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: "1" },
  });
  if (run.status !== 0) {
    // npm's usage text, pages of it, would push the reason out of sight.
    const reason = (run.error?.message ?? run.stderr)
      .split("\n")
      .filter((line) => line.replace("npm error", "").trim());
    console.error(reason.slice(0, 8).join("\n"));
    giveUp("npm ci failed (see above): check the connection to the npm registry and the disk, and start again.");
  }
  console.log(`✓ npm packages installed  ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
}

/** npm writes node_modules/.package-lock.json last, so an interrupted install never matches. */
function nodeModulesMatch() {
  const installedFile = "node_modules/.package-lock.json";
  if (!existsSync(installedFile)) return false;
  const wanted = JSON.parse(readFileSync("package-lock.json", "utf8")).packages;
  const installed = JSON.parse(readFileSync(installedFile, "utf8")).packages;
  return Object.entries(wanted).every(([name, entry]) => {
    if (name === "") return true;
    const found = installed[name];
    if (!found) return Boolean(entry.optional || entry.devOptional);
    return found.version === entry.version && found.integrity === entry.integrity;
  });
}
