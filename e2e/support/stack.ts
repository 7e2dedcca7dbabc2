import { execFile, execFileSync } from "node:child_process";
import { chownSync, existsSync, mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import type { SeedOptions } from "@/scripts/demo/seed";
import { migrate } from "@/scripts/migrate";
import { startWorkerProcess } from "@/scripts/services/console-processes";
import { freePorts } from "@/scripts/services/free-port";
import { databaseUser } from "@/scripts/services/postgres-process";
import type { ServiceProcess } from "@/scripts/services/service-process";
import type { Supervised } from "@/scripts/services/supervisor";
import { ensureWorkerBuilt } from "@/scripts/setup/build";
import { createStack, type StackHandle } from "@/scripts/setup/stack";
import { silentStep } from "@/scripts/setup/terminal";
import { hashCheaply } from "@/testing/password-hash";
import { openDatabase } from "./database";

const ROOT = path.resolve(import.meta.dirname, "../..");

export interface EndToEndOptions {
  /** Made empty; kept after `stop` for its logs. Must be a folder that the OS user postgres can reach. */
  stateDir: string;
  /** Overrides what web and worker read, such as short RECLAIM_*_SECONDS. */
  environment?: Record<string, string>;
  /** true = the demo's workspace and images; false = its first user and an empty workspace. */
  isDemo: boolean;
}

/** Where a console and what belongs to it are. */
export interface StackPlace {
  /** The console. */
  url: string;
  registryUrl: string;
  databaseUrl: string;
  redisUrl: string;
  /** The registry's `rootdirectory`. */
  storageRoot: string;
  /** `web.log`, `worker.log`, `registry.log` … */
  logs: string;
  /** Of the first user (platform admin). */
  email: string;
  password: string;
}

export interface EndToEndStack extends StackPlace {
  /** Process ids; null while one is killed. */
  webPid(): number | null;
  workerPid(): number | null;
  /** SIGKILL; nothing starts it again but `startWorker`. */
  killWorker(): Promise<void>;
  startWorker(): Promise<void>;
  /** One more beside the first; whoever starts it stops it before `stop`. */
  startAnotherWorker(): Promise<Pick<ServiceProcess, "pid" | "kill" | "stop">>;
  stop(): Promise<void>;
}

/** Of the first user, as `seedDemo` makes them. */
const ACCOUNT = { email: "ada@acme.example", password: "end-to-end-password" };

/** Specs and benches ask more in a minute than people and scripts do. */
const NO_RATE_LIMITS = {
  RECLAIM_API_REQUESTS_PER_MINUTE: "1000000",
  RECLAIM_TOKEN_REQUESTS_PER_MINUTE: "1000000",
  RECLAIM_ANONYMOUS_REQUESTS_PER_MINUTE: "1000000",
};

/**
 * The whole console on free ports, as `npm start` runs it, from the build that is there (`next build` comes first). Its state is a copy of
 * what was prepared for all specs, where there is any.
 * @throws ServiceError when a part does not come up; what had been started is stopped.
 */
export async function startStack(options: EndToEndOptions): Promise<EndToEndStack> {
  const isPrepared = makeState(options);
  const { url, handle } = await createOn(options);
  try {
    const stack = await handle.startServices();
    if (isPrepared) await adopt(stack);
    else await migrate(stack.databaseUrl);
    const console = await stack.startConsole();
    if (!isPrepared) await seed(stack, options.isDemo);
    return { url, ...ACCOUNT, ...describe(stack, console), stop: handle.stop };
  } catch (error) {
    await handle.stop();
    throw error;
  }
}

/** Makes in `stateDir` what consoles of specs start from a copy of: a database with its first people, and the demo's images. */
export async function prepareState(options: Pick<EndToEndOptions, "stateDir" | "isDemo">): Promise<void> {
  makeState(options);
  const { handle } = await createOn(options);
  try {
    const stack = await handle.startServices();
    await migrate(stack.databaseUrl);
    // Images are pushed through it.
    if (options.isDemo) await stack.startConsole();
    await seed(stack, options.isDemo);
    const database = await openDatabase(stack.databaseUrl);
    await database.rows("UPDATE users SET password_hash = $1", [hashCheaply(ACCOUNT.password)]);
    await database.close();
  } finally {
    await handle.stop();
  }
}

async function createOn(options: Omit<EndToEndOptions, "isDemo">): Promise<{ url: string; handle: StackHandle }> {
  if (!existsSync(path.join(ROOT, ".next/BUILD_ID"))) throw new Error("there is no build: run npx next build first");
  const [web = 0, postgres = 0, redis = 0, registry = 0] = await freePorts(4);
  const url = `http://127.0.0.1:${web}`;
  const handle = createStack({
    root: ROOT,
    settings: { ports: { web, postgres, redis, registry }, url, databaseUrl: null, redisUrl: null, registry: null },
    stateDir: options.stateDir,
    durable: false,
    environment: { ...NO_RATE_LIMITS, ...options.environment },
    step: silentStep,
  });
  return { url, handle };
}

/** Makes the empty folder, or one with a copy of what was prepared: true. */
function makeState({ stateDir, isDemo }: Pick<EndToEndOptions, "stateDir" | "isDemo">): boolean {
  rmSync(stateDir, { recursive: true, force: true });
  const templates = process.env.RECLAIM_E2E_TEMPLATES;
  if (templates !== undefined) {
    // By the system's own command: owners and modes stay, and it is many small files.
    execFileSync("cp", ["-a", path.join(templates, isDemo ? "demo" : "empty"), stateDir]);
    rmSync(path.join(stateDir, "logs"), { recursive: true, force: true });
    return true;
  }
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  const user = databaseUser();
  if (user) chownSync(stateDir, user.uid, user.gid);
  return false;
}

/** What the seed would find to do in a copy: the registry is at another port, with its blobs in another folder. */
async function adopt({ databaseUrl, registryUrl, folders }: Services): Promise<void> {
  const database = await openDatabase(databaseUrl);
  try {
    const sql = "UPDATE registries SET url = $1, storage_root = $2 WHERE workspace_id IS NULL AND detached_at IS NULL";
    await database.rows(sql, [registryUrl, folders.storage]);
  } finally {
    await database.close();
  }
}

/** In a process of its own: the server's environment and clients are made once a process, and one runner starts several stacks. */
async function seed({ environment, installedRegistry: registry }: Services, isDemo: boolean): Promise<void> {
  const options: SeedOptions = { environment, registry, isDemo, password: ACCOUNT.password };
  const built = process.env.RECLAIM_E2E_SEED;
  const program = built ? [built] : ["--import", "tsx", path.join(ROOT, "e2e/support/seed-process.ts")];
  const child = promisify(execFile)(process.execPath, program, { cwd: ROOT, maxBuffer: 16 * 1024 * 1024 });
  // One that ended without reading has said why by its end.
  child.child.stdin?.on("error", () => undefined);
  child.child.stdin?.end(JSON.stringify(options));
  await child;
}

type Services = Awaited<ReturnType<ReturnType<typeof createStack>["startServices"]>>;

function describe(stack: Services, { web, worker }: { web: Supervised; worker: Supervised }) {
  return {
    registryUrl: stack.registryUrl,
    databaseUrl: stack.databaseUrl,
    redisUrl: stack.redisUrl,
    storageRoot: stack.folders.storage,
    logs: stack.folders.logs,
    webPid: web.pid,
    workerPid: worker.pid,
    killWorker: worker.kill,
    startWorker: worker.start,
    startAnotherWorker: async () =>
      startWorkerProcess({
        root: ROOT,
        program: await ensureWorkerBuilt(ROOT, silentStep),
        environment: stack.environment,
        logFile: path.join(stack.folders.logs, "another-worker.log"),
      }),
  };
}
