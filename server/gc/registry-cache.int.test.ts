import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { buildImage, buildLayer } from "@/scripts/demo/oci-image";
import { createImagePusher } from "@/scripts/demo/push-image";
import { freePort } from "@/scripts/services/free-port";
import { renderRegistryConfig } from "@/scripts/services/registry-config";
import {
  bareEnvironment,
  type ServiceProcess,
  startServiceProcess,
  untilReady,
} from "@/scripts/services/service-process";
import { executeRun } from "@/server/history/execute-run";
import { ensureRegistryCa } from "@/server/platform/crypto/registry-ca";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { env } from "@/server/platform/env";
import { closeQueues } from "@/server/platform/queue/enqueue";
import { closeRegistries } from "@/server/registries/open-registry";
import { startBasicRegistry } from "@/testing/basic-registry";
import { setConsoleEnv } from "@/testing/console-env";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { startTestRedis, type TestRedis, testRedisUrl } from "@/testing/redis";
import { skopeoPull } from "@/testing/skopeo";
import { createTestTenant } from "@/testing/tenant";
import { executeGc } from "./execute-gc";
import { startGc } from "./start-gc";

const executors = { gc: executeGc, reclaim: executeGc, restore: executeGc, purge: executeGc };
let database: TestDatabase;
let redis: TestRedis;
let stopRegistry: () => Promise<void> = async () => {};

beforeAll(async () => {
  database = await createTestDatabase();
  redis = await startTestRedis();
});
afterEach(() => stopRegistry());
afterAll(async () => {
  closeRegistries();
  await closeQueues();
  await disconnectPrisma();
  await redis.stop();
  await database.drop();
});

/** A registry that keeps what it knows of blobs as `cache` says. */
async function startCachingRegistry(cache: "inmemory" | "redis" | null): Promise<{ url: string; storageRoot: string }> {
  const folder = mkdtempSync(path.join(tmpdir(), "reclaim-caching-"));
  const port = await freePort();
  const storageRoot = path.join(folder, "storage");
  const config = JSON.parse(renderRegistryConfig({ port, storageRoot, httpSecret: "x", auth: null, events: null }));
  if (cache !== null) config.storage.cache = { blobdescriptor: cache };
  if (cache === "redis") config.redis = { addr: new URL(redis.url).host };
  writeFileSync(path.join(folder, "registry.yml"), JSON.stringify(config));
  const logFile = path.join(folder, "registry.log");
  const service: ServiceProcess = await startServiceProcess({
    ...{ name: "registry", command: "docker-registry", args: ["serve", path.join(folder, "registry.yml")] },
    ...{ env: bareEnvironment(), logFile },
  });
  const url = `http://127.0.0.1:${port}`;
  await untilReady(service, logFile, async () => {
    const response = await fetch(`${url}/v2/`);
    await response.arrayBuffer();
    return response.ok;
  });
  stopRegistry = async () => {
    stopRegistry = async () => {};
    await service.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return { url, storageRoot };
}

/** A collection, after which the image that it took is pushed again as docker does it: what is there is not sent. */
async function collectAndPushAgain(
  registry: { url: string; storageRoot: string },
  options: { mode: "read_only" | "online"; cacheUrl?: string },
) {
  setConsoleEnv({
    ...{ databaseUrl: database.url, redisUrl: testRedisUrl(), RECLAIM_GRACE_HOURS: "0", REGISTRY_URL: registry.url },
    ...{ RECLAIM_TOKEN_TTL_SECONDS: "1", RECLAIM_TOKEN_LEEWAY_SECONDS: "0", RECLAIM_INFLIGHT_WINDOW_SECONDS: "0" },
    RECLAIM_UPLOAD_IDLE_SECONDS: "0",
    REGISTRY_CACHE_REDIS_URL: options.cacheUrl ?? "",
  });
  if (!options.cacheUrl) delete process.env.REGISTRY_CACHE_REDIS_URL;
  await ensureRegistryCa(env().RECLAIM_CA_DIR);
  const tenant = await createTestTenant({ ...registry, registryUrl: registry.url, auth: "none", prefix: "acme" });
  // Its tokens are checked by nobody here, so that the drain is the console's word.
  if (options.mode === "read_only")
    await prisma().registry.update({ where: { id: tenant.registryId }, data: { auth: "console" } });
  const seed = createHash("sha256").update(registry.url).digest("hex");
  const image = buildImage({
    layers: [await buildLayer(seed, [{ path: "a", sizeBytes: 5_000 }])],
    createdAt: new Date(0),
  });
  const push = async (tag: string | null) => {
    const pusher = createImagePusher({ registryUrl: registry.url, username: null, password: null });
    await pusher.push("acme/app", image, tag).finally(() => pusher.close());
  };
  await push(null);
  // Online, what was written since it was asked for stays.
  const hourAgo = new Date(Date.now() - 3_600_000);
  for (const entry of readdirSync(registry.storageRoot, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) utimesSync(path.join(entry.parentPath, entry.name), hourAgo, hourAgo);
  const { id } = await startGc(tenant.scope, { spaceId: tenant.spaceId, deleteUntagged: true, mode: options.mode });
  await executeRun(id, "worker", executors, new AbortController().signal);
  const run = await prisma().run.findUniqueOrThrow({ where: { id } });
  const { blobCache } = await prisma().registry.findUniqueOrThrow({ where: { id: tenant.registryId } });
  await push("v1");
  const pull = await skopeoPull({ registryUrl: registry.url, repository: "acme/app", reference: "v1" });
  return { run, blobCache, pull, digest: image.digest };
}

describe("what a registry remembers of blobs that are gone", () => {
  test("without a cache nothing is in the way, and what was taken is pushed again whole", async () => {
    const { run, blobCache, pull, digest } = await collectAndPushAgain(await startCachingRegistry(null), {
      mode: "online",
    });
    expect(run).toMatchObject({ status: "succeeded", totals: { deletedManifests: 1, deletedBlobs: 3 } });
    expect(blobCache).toBe("none");
    expect(pull).toEqual({ ok: true, digest, error: null });
  });

  test.each(["read_only", "online"] as const)(
    "one in memory is found out and refused with what to do, %s",
    async (mode) => {
      const { run, blobCache, pull, digest } = await collectAndPushAgain(await startCachingRegistry("inmemory"), {
        mode,
      });
      expect(run).toMatchObject({ status: "failed", error: { code: "registry_cache" } });
      expect(JSON.stringify(run.error)).toContain("REGISTRY_STORAGE_CACHE_BLOBDESCRIPTOR=none");
      expect(blobCache).toBe("memory");
      expect(pull).toEqual({ ok: true, digest, error: null });
    },
  );

  test("one in a redis that nobody told the console of is refused, too", async () => {
    const { run, blobCache } = await collectAndPushAgain(await startCachingRegistry("redis"), { mode: "online" });
    expect(run).toMatchObject({ status: "failed", error: { code: "registry_cache" } });
    expect(blobCache).toBe("memory");
  });

  test.each(["read_only", "online"] as const)("one in a redis that the console knows is cleared, %s", async (mode) => {
    const registry = await startCachingRegistry("redis");
    const { run, blobCache, pull, digest } = await collectAndPushAgain(registry, { mode, cacheUrl: redis.url });
    expect([run.status, run.error]).toEqual(["succeeded", null]);
    expect(run.totals).toMatchObject({ deletedManifests: 1, deletedBlobs: 3 });
    expect(blobCache).toBe("redis");
    expect(pull).toEqual({ ok: true, digest, error: null });
  });

  test("one that takes no push from the console is not collected: nobody knows what it remembers", async () => {
    const registry = await startBasicRegistry({ canDelete: true });
    stopRegistry = registry.stop;
    setConsoleEnv({ databaseUrl: database.url, redisUrl: testRedisUrl() });
    const { url: registryUrl, storageRoot } = registry;
    const tenant = await createTestTenant({ registryUrl, storageRoot, auth: "none" });
    const { id } = await startGc(tenant.scope, { spaceId: tenant.spaceId, deleteUntagged: true, mode: "online" });
    await executeRun(id, "worker", executors, new AbortController().signal);
    const run = await prisma().run.findUniqueOrThrow({ where: { id } });
    expect(run).toMatchObject({ status: "failed", error: { code: "registry_cache" } });
    expect(JSON.stringify(run.error)).toContain("takes no push to recyclebin/cache-probe");
  });
});
