import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { resetEnvForTests } from "@/server/platform/env";

/** Sets what use cases read from the environment, for a test that runs them in its own process. */
export function setConsoleEnv(values: { databaseUrl: string; redisUrl: string } & Record<string, string>): void {
  const { databaseUrl, redisUrl, ...others } = values;
  Object.assign(process.env, {
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    RECLAIM_URL: "http://127.0.0.1:7400",
    RECLAIM_SESSION_SECRET: "a session secret of the tests",
    RECLAIM_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString("base64"),
    RECLAIM_CA_DIR: mkdtempSync(path.join(tmpdir(), "reclaim-ca-")),
    RECLAIM_EVENTS_SECRET: "an events secret of the tests",
    RECLAIM_HEARTBEAT_STALE_SECONDS: "2",
    RECLAIM_LOG_LEVEL: "silent",
    ...others,
  });
  resetEnvForTests();
}
