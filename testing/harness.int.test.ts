import { existsSync } from "node:fs";
import { Redis } from "ioredis";
import pg from "pg";
import { describe, expect, it } from "vitest";
import { createTestDatabase } from "@/testing/postgres";
import { startTestRedis, testRedisUrl, uniquePrefix } from "@/testing/redis";
import { startTestRegistry } from "@/testing/registry";

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

describe("the harness", () => {
  it("gives every test a migrated database of its own", async () => {
    const [one, two] = await Promise.all([createTestDatabase(), createTestDatabase()]);
    await query(one.url, "CREATE TABLE only_here (id int)");
    expect(await query(two.url, "SELECT to_regclass('only_here') AS found")).toEqual([{ found: null }]);
    expect(await query(two.url, "SELECT to_regclass('_prisma_migrations')::text AS found")).toEqual([
      { found: "_prisma_migrations" },
    ]);
    await Promise.all([one.drop(), two.drop()]);
    await expect(query(one.url, "SELECT 1")).rejects.toThrow("does not exist");
  });

  it("shares a Redis that never evicts", async () => {
    const redis = new Redis(testRedisUrl());
    const key = `${uniquePrefix()}:key`;
    expect(await redis.set(key, "1", "EX", 60)).toBe("OK");
    expect(await redis.config("GET", "maxmemory-policy")).toEqual(["maxmemory-policy", "noeviction"]);
    redis.disconnect();
  });

  it("starts a Redis that can be killed", async () => {
    const { url, kill } = await startTestRedis();
    expect(url).not.toBe(testRedisUrl());
    await kill();
    const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
    redis.on("error", () => {});
    await expect(redis.connect()).rejects.toThrow();
  });

  it("starts a registry, keeps its storage over a restart and removes it at the end", async () => {
    const registry = await startTestRegistry();
    const before = registry.pid;
    const upload = await fetch(`${registry.url}/v2/team/app/blobs/uploads/`, { method: "POST" });
    expect(upload.status).toBe(202);
    await registry.restart();
    expect(registry.pid).not.toBe(before);
    expect(existsSync(`${registry.storageRoot}/docker/registry/v2/repositories/team/app`)).toBe(true);
    await registry.stop();
    expect(existsSync(registry.storageRoot)).toBe(false);
  });
});
