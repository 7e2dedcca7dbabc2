import { chownSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import { migrate } from "@/scripts/migrate";
import { freePorts } from "@/scripts/services/free-port";
import { databaseUser, startPostgresProcess } from "@/scripts/services/postgres-process";
import { startRedisProcess } from "@/scripts/services/redis-process";
import { setConsoleEnv } from "@/testing/console-env";

export interface BenchServices {
  /** A folder of this run's own, gone afterwards. */
  folder: string;
  databaseUrl: string;
  databasePid: number;
  stop(): Promise<void>;
}

/** A migrated PostgreSQL (durable, as in production) and a Redis of this run's own; sets this process's environment to them. */
export async function startBenchServices(): Promise<BenchServices> {
  const folder = mkdtempSync(path.join(tmpdir(), "reclaim-bench-"));
  const user = databaseUser();
  if (user) chownSync(folder, user.uid, user.gid);
  mkdirSync(path.join(folder, "redis"));
  const [postgresPort = 0, redisPort = 0] = await freePorts(2);
  const [postgres, redis] = await Promise.all([
    startPostgresProcess({
      port: postgresPort,
      dataDir: path.join(folder, "postgres"),
      password: "bench",
      durable: true,
      logFile: path.join(folder, "postgres.log"),
    }),
    startRedisProcess({ port: redisPort, dataDir: path.join(folder, "redis"), durable: false }),
  ]);
  const admin = new pg.Client({ connectionString: postgres.url("postgres") });
  await admin.connect();
  await admin.query("CREATE DATABASE bench");
  await admin.end();
  const databaseUrl = postgres.url("bench");
  await migrate(databaseUrl);
  setConsoleEnv({ databaseUrl, redisUrl: redis.url });
  return {
    folder,
    databaseUrl,
    databasePid: postgres.pid,
    stop: async () => {
      await Promise.all([postgres.stop(), redis.stop()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
