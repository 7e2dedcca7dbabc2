import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { inject } from "vitest";
import { freePort } from "@/scripts/services/free-port";
import { startRedisProcess } from "@/scripts/services/redis-process";
import { assertLoopback } from "@/testing/loopback";

/** The Redis that all integration tests of a run share. Never flush it: use a prefix of your own (`uniquePrefix`). */
export function testRedisUrl(): string {
  const url = inject("redisUrl");
  assertLoopback(url);
  return url;
}

/** A key prefix (also fit for a BullMQ prefix) that no other test uses. */
export function uniquePrefix(): string {
  return `test-${randomBytes(6).toString("hex")}`;
}

export interface TestRedis {
  url: string;
  stop(): Promise<void>;
  kill(): Promise<void>;
}

/** A Redis of the test's own, for tests that flush or kill it. Stop it in `afterAll`. */
export async function startTestRedis(): Promise<TestRedis> {
  const dataDir = mkdtempSync(path.join(tmpdir(), "reclaim-redis-"));
  const redis = await startRedisProcess({ port: await freePort(), dataDir, durable: false });
  const remove = () => rmSync(dataDir, { recursive: true, force: true });
  return {
    url: redis.url,
    stop: () => redis.stop().then(remove),
    kill: () => redis.kill().then(remove),
  };
}
