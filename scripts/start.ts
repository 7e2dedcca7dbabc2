import { randomBytes } from "node:crypto";
import path from "node:path";
import { migrate } from "@/scripts/migrate";
import { isPortFree } from "@/scripts/services/free-port";
import { ensureBuilt, ensureGenerated } from "@/scripts/setup/build";
import { ensureSystemCommands } from "@/scripts/setup/debian-packages";
import { type InstanceLock, lockInstance } from "@/scripts/setup/instance";
import { type FirstAdmin, isPublicUrl, readFirstAdmin, refusePublicDemo } from "@/scripts/setup/public-start";
import { PORTS, readSettings, type StackPorts, type StackSettings } from "@/scripts/setup/settings";
import { createStack, type Stack, type StackHandle } from "@/scripts/setup/stack";
import { keepSecret, openState } from "@/scripts/setup/state";
import { bold, dim, formatDuration, printFailure, terminalStep, UserError } from "@/scripts/setup/terminal";

const ROOT = path.resolve(import.meta.dirname, "..");
const STATE = path.join(ROOT, ".reclaim");
const step = terminalStep;
/** A Ctrl-C reaches us twice, from the terminal and from npm; only one that comes later means "at once". */
const IMPATIENT_AFTER_MS = 1_500;

let lock: InstanceLock | undefined;
let handle: StackHandle | undefined;
let stoppingSince: number | undefined;

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => void shutDown(0));
watchParent();

try {
  await start();
} catch (error) {
  if (stoppingSince === undefined) {
    printFailure(error);
    await shutDown(1);
  }
}

async function start(): Promise<void> {
  const startedAt = Date.now();
  const settings = readSettings(process.env);
  openState(STATE);
  lock = lockInstance(STATE, settings.url);
  await ensureSystemCommands(neededCommands(settings), step);
  await assertPortsFree(settings, lock.afterCrash);
  await ensureGenerated(ROOT, step);
  handle = createStack({
    root: ROOT,
    settings,
    stateDir: STATE,
    durable: true,
    secrets: process.env,
    step,
    onEnd: (service, nextStartMs) => {
      if (stoppingSince !== undefined) return;
      console.log(
        `! ${service} ended; starting it again in ${formatDuration(nextStartMs)} (.reclaim/logs/${service}.log)`,
      );
    },
  });
  const stack = await handle.startServices();
  const { databaseUrl } = stack;
  await step("Database is up to date", () => migrateOrExplain(databaseUrl));
  await ensureBuilt(ROOT, step);
  const firstAdmin = readFirstAdmin(process.env);
  await refuseDemoAccount(stack, settings.url, firstAdmin);
  await stack.startConsole();
  const account = await prepareInstallation(stack, firstAdmin);
  console.log("");
  console.log(
    `  ${bold("Reclaim is running")} at ${bold(settings.url)}  ${dim(`(${formatDuration(Date.now() - startedAt)})`)}`,
  );
  if (account) console.log(`  Sign in as ${bold(account.email)} with password ${bold(account.password)}`);
  console.log(dim(`  Registry ${stack.registryUrl} · logs in .reclaim/logs · Ctrl-C stops everything`));
}

function neededCommands(settings: StackSettings) {
  return [
    ...(settings.redisUrl ? [] : [{ command: "redis-server", package: "redis-server" }]),
    ...(settings.registry
      ? []
      : [{ command: process.env.RECLAIM_REGISTRY_BINARY ?? "docker-registry", package: "docker-registry" }]),
    ...(process.env.RECLAIM_DEMO === "0" ? [] : [{ command: "skopeo", package: "skopeo" }]),
  ];
}

/** After a crash the old services may need a moment to end, so their ports are waited for. */
async function assertPortsFree(settings: StackSettings, afterCrash: boolean): Promise<void> {
  const embedded: Record<keyof StackPorts, boolean> = {
    web: true,
    postgres: settings.databaseUrl === null,
    redis: settings.redisUrl === null,
    registry: settings.registry === null,
  };
  const deadline = Date.now() + (afterCrash ? 15_000 : 0);
  for (const service of Object.keys(embedded) as (keyof StackPorts)[]) {
    if (!embedded[service]) continue;
    const port = settings.ports[service];
    while (!(await isPortFree(port))) {
      if (Date.now() > deadline) {
        throw new UserError(
          `Port ${port} (${service}) is in use: free it, or choose another one with ${PORTS[service].variable}=<port>.`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

async function migrateOrExplain(databaseUrl: string): Promise<void> {
  try {
    await migrate(databaseUrl);
  } catch (error) {
    const reason = error instanceof Error ? error.message || (error as NodeJS.ErrnoException).code : String(error);
    throw new UserError(
      process.env.DATABASE_URL
        ? `The database of DATABASE_URL could not be prepared: ${reason}`
        : `Database: ${reason}`,
    );
  }
}

function demoPassword(running: Stack): string {
  return keepSecret(running.folders, "demo-password", () => randomBytes(9).toString("base64url"));
}

/** Before the console answers anybody. */
async function refuseDemoAccount(running: Stack, url: string, firstAdmin: FirstAdmin | null): Promise<void> {
  if (!isPublicUrl(url)) return;
  const { readFirstUser } = await import("@/scripts/demo/seed");
  refusePublicDemo({ url, firstAdmin, ...(await readFirstUser(running.environment, demoPassword(running))) });
}

/** Makes an empty installation usable; gives what to sign in with, as long as the first account is ours. */
async function prepareInstallation(
  running: Stack,
  firstAdmin: FirstAdmin | null,
): Promise<{ email: string; password: string } | null> {
  const password = demoPassword(running);
  // Not before now: it needs the generated database client.
  const { seedDemo } = await import("@/scripts/demo/seed");
  return step("Workspace is ready", () =>
    seedDemo({
      environment: running.environment,
      registry: running.installedRegistry,
      isDemo: process.env.RECLAIM_DEMO !== "0" && firstAdmin === null,
      ...{ password, firstAdmin },
    }),
  );
}

/** Ends everything in order. A second Ctrl-C that comes later than the first one's echo ends it at once. */
async function shutDown(exitCode: number): Promise<void> {
  if (stoppingSince !== undefined) {
    if (Date.now() - stoppingSince > IMPATIENT_AFTER_MS) process.exit(1);
    return;
  }
  stoppingSince = Date.now();
  try {
    if (handle) {
      if (exitCode === 0) console.log(dim("\n  Stopping …"));
      await handle.stop();
      if (exitCode === 0) console.log(`  Stopped  ${dim(formatDuration(Date.now() - stoppingSince))}`);
    }
  } finally {
    lock?.release();
    process.exit(exitCode);
  }
}

/** When npm is killed, its shell dies and we would run on unseen: only npm's own signals reach us. */
function watchParent(): void {
  if (process.env.npm_lifecycle_event !== "start") return;
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) void shutDown(0);
  }, 500).unref();
}
