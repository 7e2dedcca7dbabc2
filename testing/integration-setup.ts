import { chownSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import path from "node:path";
import pg from "pg";
import type { TestProject } from "vitest/node";
import { migrate } from "@/scripts/migrate";
import { freePorts } from "@/scripts/services/free-port";
import { databaseUser, startPostgresProcess } from "@/scripts/services/postgres-process";
import { startRedisProcess } from "@/scripts/services/redis-process";
import { bundle } from "@/scripts/setup/bundle";
import { roomyPlace } from "@/testing/roomy-place";

const ROOT = path.resolve(import.meta.dirname, "..");

/** What tests start as processes of their own, to kill them. */
const PROGRAMS = [
  "testing/run-and-kill.ts",
  "testing/execute-gc.ts",
  "testing/execute-crawl.ts",
  "testing/help-gc.ts",
  "testing/plan-in-threads.ts",
];

/** The migrated database that every test database is a copy of. */
const TEMPLATE = "reclaim_template";
/** Made once for all: roles are the server's, and tests that gave it another password would lock each other out. */
const APPLICATION_PASSWORD = "integration-application";

declare module "vitest" {
  export interface ProvidedContext {
    /** Superuser URL of the maintenance database. */
    postgresAdminUrl: string;
    postgresTemplate: string;
    /** Of the role that the console works as. */
    applicationPassword: string;
    redisUrl: string;
    /** The folder of the built programs. */
    programs: string;
  }
}

/** One PostgreSQL and one Redis for a run of the integration project, in a temporary folder, gone afterwards. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(path.join(roomyPlace(), "reclaim-integration-"));
  const user = databaseUser();
  if (user) chownSync(folder, user.uid, user.gid);
  for (const name of ["redis", "tmp"]) mkdirSync(path.join(folder, name));
  // The storage of registries, too: making and removing thousands of small files on a disk took a third of all processor time.
  process.env.TMPDIR = path.join(folder, "tmp");
  const [postgresPort = 0, redisPort = 0] = await freePorts(2);
  const programs = path.join(ROOT, ".test/programs", String(process.pid));
  const [postgres, redis] = await Promise.all([
    startPostgresProcess({
      port: postgresPort,
      dataDir: path.join(folder, "postgres"),
      password: "integration",
      applicationPassword: APPLICATION_PASSWORD,
      durable: false,
      logFile: path.join(folder, "postgres.log"),
    }),
    startRedisProcess({ port: redisPort, dataDir: path.join(folder, "redis"), durable: false }),
    bundle(ROOT, PROGRAMS, programs),
  ]);
  const admin = new pg.Client({ connectionString: postgres.url("postgres") });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${TEMPLATE}`);
  await admin.end();
  await migrate(postgres.url(TEMPLATE));

  project.provide("postgresAdminUrl", postgres.url("postgres"));
  project.provide("postgresTemplate", TEMPLATE);
  project.provide("applicationPassword", APPLICATION_PASSWORD);
  project.provide("redisUrl", redis.url);
  project.provide("programs", programs);
  return async () => {
    await Promise.all([postgres.stop(), redis.stop()]);
    for (const made of [folder, programs]) rmSync(made, { recursive: true, force: true });
  };
}
