import type { ChildProcess } from "node:child_process";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { executeRun } from "@/server/history/execute-run";
import { ensureRegistryCa } from "@/server/platform/crypto/registry-ca";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { env } from "@/server/platform/env";
import { newId } from "@/server/platform/new-id";
import { closeQueues, listOtherWorkers } from "@/server/platform/queue/enqueue";
import { bucketRow } from "@/server/registries/bucket-access";
import { closeRegistries } from "@/server/registries/open-registry";
import { setConsoleEnv } from "@/testing/console-env";
import { whileNoBlobIsSettled } from "@/testing/held-journal";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { startProgram } from "@/testing/programs";
import { startTestRedis, type TestRedis } from "@/testing/redis";
import { startTestS3Server, type TestS3Server } from "@/testing/s3-server";
import { keysOf, uploadTree } from "@/testing/s3-tree";
import { temporaryRoot } from "@/testing/storage/collect";
import { generateStorage } from "@/testing/storage/generate-storage";
import { createTestTenant } from "@/testing/tenant";
import { until } from "@/testing/until";
import { executeGc } from "./execute-gc";
import { startGc } from "./start-gc";

const executors = { gc: executeGc, reclaim: executeGc, restore: executeGc, purge: executeGc };
let server: TestS3Server;
let database: TestDatabase;
let redis: TestRedis;
const helpers: ChildProcess[] = [];

beforeAll(async () => {
  [server, database, redis] = await Promise.all([startTestS3Server(), createTestDatabase(), startTestRedis()]);
  setConsoleEnv({
    ...{ databaseUrl: database.url, redisUrl: redis.url, RECLAIM_GRACE_HOURS: "0" },
    ...{ RECLAIM_TOKEN_LEEWAY_SECONDS: "0", RECLAIM_UPLOAD_IDLE_SECONDS: "0", RECLAIM_HEARTBEAT_STALE_SECONDS: "15" },
    ...{ RECLAIM_GC_SHARD_MIN: "10", RECLAIM_GC_SHARD_SIZE: "10" },
  });
  await ensureRegistryCa(env().RECLAIM_CA_DIR);
});
afterEach(async () => {
  for (const helper of helpers.splice(0)) helper.kill("SIGKILL");
  await until("nobody is there any more", async () => (await listOtherWorkers("gc-shard", null)).length === 0);
  // One console has one registry of its own.
  await prisma().registry.updateMany({ data: { detachedAt: new Date() } });
});
afterAll(async () => {
  closeRegistries();
  await closeQueues();
  await disconnectPrisma();
  await Promise.all([server?.stop(), database?.drop(), redis?.stop()]);
});

test.each([
  ["each was at it", false],
  ["N-06 one is killed at it", true],
])(
  "D-14 R-10 a bucket is collected by three processes: exactly the expected set is gone, %s",
  {
    timeout: 120_000,
  },
  async (_, isKilled) => {
    const { root, remove } = temporaryRoot();
    const tree = generateStorage(root, { repositories: 2, tagsPerRepository: 20, seed: 41, sparseLayers: false });
    const location = await server.createBucket({ root: "registry" });
    await uploadTree(root, server, location);
    remove();
    const tenant = await createTestTenant({ auth: "console" });
    const bucket = { location, secretAccessKey: server.secretAccessKey };
    await prisma().registry.update({ where: { id: tenant.registryId }, data: bucketRow(bucket) });
    for (const prefix of ["team-0", "team-1"]) {
      const { workspaceId, registryId } = tenant;
      await prisma().space.create({ data: { id: newId("spc"), workspaceId, registryId, name: prefix, prefix } });
    }
    helpers.push(...["helper-a", "helper-b"].map((name) => startProgram("help-gc", [name])));
    await until("helpers", async () => (await listOtherWorkers("gc-shard", null)).length === helpers.length);
    const blobs = async () =>
      (await keysOf(server, location)).flatMap(
        (key) => /blobs\/sha256\/..\/([0-9a-f]{64})\/data$/.exec(key)?.[1] ?? [],
      );
    const before = await blobs();
    const { id } = await startGc(tenant.scope, { spaceId: tenant.spaceId, deleteUntagged: true });
    const names = async () => {
      const shards = await prisma().gcShard.findMany({ where: { runId: id, kind: "blob" } });
      return new Set(shards.flatMap(({ claimedBy }) => claimedBy ?? []));
    };
    let running: Promise<unknown> = Promise.resolve();
    await whileNoBlobIsSettled(database.url, async () => {
      running = executeRun(id, "its own worker", executors, new AbortController().signal);
      await until("all three are at it", async () => (await names()).size === 3);
      if (isKilled) helpers.pop()?.kill("SIGKILL");
    });
    await running;
    const run = await prisma().run.findUniqueOrThrow({ where: { id } });
    expect([run.status, run.error]).toEqual(["succeeded", null]);
    const { tagged } = tree.expected;
    expect(run.totals).toMatchObject({
      deletedManifests: tagged.removedRevisions.length,
      deletedBlobs: tagged.garbage.length,
      freedBytes: tagged.garbageBytes,
    });
    const garbage = new Set(tagged.garbage.map((digest) => digest.slice(7)));
    expect((await blobs()).sort()).toEqual(before.filter((hex) => !garbage.has(hex)).sort());
    const shards = await prisma().gcShard.findMany({ where: { runId: id } });
    expect(new Set(shards.map(({ state }) => state))).toEqual(new Set(["done"]));
  },
);
