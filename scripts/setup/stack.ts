import path from "node:path";
import type { S3Access } from "@/domain/registries/s3-location";
import { startWebProcess, startWorkerProcess } from "@/scripts/services/console-processes";
import { type RunningPostgres, startPostgresProcess } from "@/scripts/services/postgres-process";
import { startRedisProcess } from "@/scripts/services/redis-process";
import { startRegistryProcess } from "@/scripts/services/registry-process";
import type { ServiceProcess } from "@/scripts/services/service-process";
import { type Supervised, supervise } from "@/scripts/services/supervisor";
import { ensureWorkerBuilt } from "@/scripts/setup/build";
import type { OwnRegistry, StackSettings } from "@/scripts/setup/settings";
import { openSecrets, openState, type Secrets, type StateFolders } from "@/scripts/setup/state";
import { type Step, UserError } from "@/scripts/setup/terminal";
import { ensureRegistryCa } from "@/server/platform/crypto/registry-ca";
import { TOKEN_ISSUER, TOKEN_SERVICE } from "@/server/registries/token-settings";

export interface StackOptions {
  /** The checkout. */
  root: string;
  settings: StackSettings;
  /** Everything that the embedded services keep. */
  stateDir: string;
  /** false = data need not survive a crash of the machine (tests). */
  durable: boolean;
  /** Called when a service ended by itself and is started again; without it nothing is started again. */
  onEnd?: (service: string, nextStartMs: number) => void;
  /** Secrets of the user's own, by the name of their variable; what is missing is made and kept in `stateDir`. */
  secrets?: Record<string, string | undefined>;
  /** Overrides what web and worker read. */
  environment?: Record<string, string>;
  step: Step;
}

export interface Stack {
  folders: StateFolders;
  /** What web and worker read. */
  environment: Record<string, string>;
  /** As its owner: for migrations, not for the console. */
  databaseUrl: string;
  redisUrl: string;
  registryUrl: string;
  /** The registry as the console's database should know it; `storageRoot` is null where it is out of reach. */
  installedRegistry: OwnRegistry & { name: string; bucket: S3Access | null };
  /** null = the user's own. */
  postgres: Supervised | null;
  redis: Supervised | null;
  registry: Supervised | null;
  /** Started by the caller when the database is migrated and the console is built. */
  startConsole(): Promise<{ web: Supervised; worker: Supervised }>;
}

export interface StackHandle {
  /**
   * Starts PostgreSQL, Redis and the registry, as far as they are embedded.
   * @throws ServiceError or UserError; call `stop` then as well.
   */
  startServices(): Promise<Stack>;
  /** Ends everything that was started, the last one first. May be called at any time, also while something starts. */
  stop(): Promise<void>;
}

/** Nothing is started before `startServices`; the handle exists first so that an interrupted start can be undone. */
export function createStack(options: StackOptions): StackHandle {
  const started: Supervised[] = [];
  let stopping = false;
  let starting: Promise<unknown> = Promise.resolve();
  /** Runs the step and remembers what it started, so that `stop` ends it. */
  const service: StartService = async (name, label, start, stopTimeoutMs = 10_000) => {
    if (stopping) throw new UserError("Stopped.");
    const { onEnd } = options;
    const supervised = options.step(label, () =>
      supervise(start, { stopTimeoutMs, ...(onEnd && { onEnd: (nextStartMs) => onEnd(name, nextStartMs) }) }),
    );
    starting = supervised.then(
      (it) => started.push(it),
      () => {},
    );
    return supervised;
  };
  return {
    startServices: () => startServices(options, service),
    stop: async () => {
      stopping = true;
      await starting;
      for (const it of started.splice(0).reverse()) await it.stop();
    },
  };
}

async function startServices(options: StackOptions, service: StartService): Promise<Stack> {
  const { settings } = options;
  const folders = openState(options.stateDir);
  const secrets = openSecrets(folders, options.secrets);
  const { databaseUrl, applicationUrl, postgres } = await startDatabase(options, folders, secrets, service);
  const { redisUrl, redis } = await startRedis(options, folders, service);
  const { registryUrl, registry } = await startRegistry(options, folders, secrets, service);
  const bucket = settings.bucket ?? null;
  const folder = settings.registry ? settings.registry.storageRoot : folders.storage;
  const storageRoot = bucket === null ? folder : null;
  const environment: Record<string, string> = {
    ...consoleEnvironment({
      settings,
      secrets,
      folders,
      databaseUrl: applicationUrl,
      redisUrl,
      registryUrl,
      storageRoot,
    }),
    ...options.environment,
  };
  const startConsole = async () => {
    const common = (name: string) => ({
      root: options.root,
      environment,
      logFile: path.join(folders.logs, `${name}.log`),
    });
    // The worker first: `stop` ends the last one first, and the web's streams end before what feeds them.
    const program = await ensureWorkerBuilt(options.root, options.step);
    const startWorker = () => startWorkerProcess({ ...common("worker"), program });
    const worker = await service("worker", "Worker", startWorker, 20_000);
    const port = settings.ports.web;
    const startWeb = () => startWebProcess({ ...common("web"), port });
    const web = await service("web", `Console on port ${port}`, startWeb, 5_000);
    return { web, worker };
  };
  const embedded = { name: "Embedded registry", url: registryUrl, storageRoot, username: null, password: null };
  const installedRegistry = settings.registry
    ? { name: new URL(registryUrl).host, ...settings.registry, bucket }
    : { ...embedded, auth: "console" as const, bucket };
  return {
    ...{ folders, environment, databaseUrl, redisUrl, registryUrl, installedRegistry },
    ...{ postgres, redis, registry, startConsole },
  };
}

async function startRedis(options: StackOptions, folders: StateFolders, service: StartService) {
  const port = options.settings.ports.redis;
  if (options.settings.redisUrl !== null) return { redisUrl: options.settings.redisUrl, redis: null };
  const logFile = path.join(folders.logs, "redis.log");
  const redis = await service("redis", `Redis on port ${port}`, () =>
    startRedisProcess({ port, dataDir: folders.redis, durable: options.durable, logFile }),
  );
  return { redisUrl: `redis://127.0.0.1:${port}`, redis };
}

async function startRegistry(options: StackOptions, folders: StateFolders, secrets: Secrets, service: StartService) {
  const { settings } = options;
  // Also for a registry of the user's own, which has to be told about the CA.
  const { certificatePath } = await ensureRegistryCa(folders.ca);
  if (settings.registry) return { registryUrl: settings.registry.url, registry: null };
  const port = settings.ports.registry;
  const registryUrl = `http://127.0.0.1:${port}`;
  const registry = await service("registry", `Registry on port ${port}`, () =>
    startRegistryProcess({
      port,
      storageRoot: folders.storage,
      bucket: settings.bucket,
      configDir: folders.registry,
      httpSecret: secrets.registryHttp,
      logFile: path.join(folders.logs, "registry.log"),
      auth: {
        realm: `${settings.url}/api/registry/token`,
        service: TOKEN_SERVICE,
        issuer: TOKEN_ISSUER,
        certificatePath,
      },
      events: {
        // Without `?registry=<id>`: its row may not exist yet, and the console knows which one is its own.
        url: `${settings.url}/api/registry/events`,
        secret: secrets.events,
      },
    }),
  );
  return { registryUrl, registry };
}

type StartService = <T extends ServiceProcess>(
  name: string,
  label: string,
  start: () => Promise<T>,
  stopTimeoutMs?: number,
) => Promise<Supervised>;

async function startDatabase(options: StackOptions, folders: StateFolders, secrets: Secrets, service: StartService) {
  const { databaseUrl, ports } = options.settings;
  if (databaseUrl !== null) return { databaseUrl, applicationUrl: databaseUrl, postgres: null };
  let running: RunningPostgres | undefined;
  const postgres = await service("postgres", `PostgreSQL on port ${ports.postgres}`, async () => {
    running = await startPostgresProcess({
      port: ports.postgres,
      dataDir: folders.postgres,
      password: secrets.postgresPassword,
      applicationPassword: secrets.postgresAppPassword,
      durable: options.durable,
      logFile: path.join(folders.logs, "postgres.log"),
    });
    return running;
  });
  if (!running) throw new Error("PostgreSQL was started without a URL");
  return { databaseUrl: running.url(), applicationUrl: running.applicationUrl(), postgres };
}

/** What web and worker read (`server/platform/env.ts`). */
function consoleEnvironment(facts: {
  settings: StackSettings;
  secrets: Secrets;
  folders: StateFolders;
  databaseUrl: string;
  redisUrl: string;
  registryUrl: string;
  storageRoot: string | null;
}): Record<string, string> {
  const { settings, secrets } = facts;
  const own = settings.registry;
  return {
    NODE_ENV: "production",
    DATABASE_URL: facts.databaseUrl,
    REDIS_URL: facts.redisUrl,
    PORT: String(settings.ports.web),
    RECLAIM_URL: settings.url,
    NEXTAUTH_URL: settings.url,
    RECLAIM_SESSION_SECRET: secrets.session,
    NEXTAUTH_SECRET: secrets.session,
    RECLAIM_ENCRYPTION_KEY: secrets.encryptionKey,
    ...(secrets.nextEncryptionKey !== null && { RECLAIM_OLD_ENCRYPTION_KEYS: secrets.nextEncryptionKey }),
    RECLAIM_CA_DIR: facts.folders.ca,
    RECLAIM_EVENTS_SECRET: secrets.events,
    REGISTRY_URL: facts.registryUrl,
    REGISTRY_AUTH: own?.auth ?? "console",
    ...(facts.storageRoot !== null && { REGISTRY_STORAGE_ROOT: facts.storageRoot }),
    ...(own?.username && { REGISTRY_USERNAME: own.username }),
    ...(own?.password && { REGISTRY_PASSWORD: own.password }),
  };
}
