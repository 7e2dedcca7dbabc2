import { Worker } from "bullmq";
import { afterAll, beforeAll, expect, test } from "vitest";
import { processRegistryEvents } from "@/server/images/process-registry-events";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { workerConnection } from "@/server/platform/queue/connection";
import { closeQueues, QUEUE_PREFIX } from "@/server/platform/queue/enqueue";
import { setConsoleEnv } from "@/testing/console-env";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { startTestRedis, type TestRedis } from "@/testing/redis";
import { createTestTenant, type TestTenant } from "@/testing/tenant";
import { receiveRegistryEvents } from "./receive-registry-events";

let database: TestDatabase;
let redis: TestRedis;
let tenant: TestTenant;
const signal = new AbortController().signal;

beforeAll(async () => {
  database = await createTestDatabase();
  redis = await startTestRedis();
  setConsoleEnv({ databaseUrl: database.url, redisUrl: redis.url });
  tenant = await createTestTenant();
});
afterAll(async () => {
  await closeQueues();
  await disconnectPrisma();
  await redis?.stop();
  await database.drop();
});

const pull = (id: string, change: object = {}) => ({
  ...{ id, action: "pull", timestamp: "2026-01-02T03:04:05Z" },
  target: {
    ...{ mediaType: "application/vnd.oci.image.manifest.v1+json", repository: "acme/app" },
    digest: `sha256:${"0".repeat(64)}`,
  },
  request: { method: "GET", useragent: "docker/27" },
  actor: { name: "ada" },
  ...change,
});
const receive = (...events: object[]) => receiveRegistryEvents(tenant.registryId, { events });
const ids = async () =>
  (await prisma().registryEvent.findMany({ where: { registryId: tenant.registryId }, orderBy: { id: "asc" } })).map(
    ({ id }) => id,
  );
const trackingSince = async () =>
  (await prisma().registry.findUniqueOrThrow({ where: { id: tenant.registryId } })).pullTrackingSince;

test("N-12 the first notification of a registry, whatever it says, is where its pulls are known from", async () => {
  await receive();
  await receiveRegistryEvents("reg_unknown", { events: [pull("x")] });
  await receiveRegistryEvents(tenant.registryId, { events: "none" });
  expect(await trackingSince()).toBeNull();
  await receive(pull("of a blob", { target: { mediaType: "application/octet-stream", repository: "acme/app" } }));
  const since = await trackingSince();
  expect(since).toBeInstanceOf(Date);
  await receive(pull("later"));
  expect(await trackingSince()).toEqual(since);
});

test("N-12 what can mean nothing is not even kept: blobs, HEAD requests, mounts, and what we ask ourselves", async () => {
  await prisma().registryEvent.deleteMany();
  await receive(
    pull("counts"),
    pull("head", { request: { method: "HEAD", useragent: "docker/27" } }),
    pull("mount", { action: "mount" }),
    pull("ours by name", { actor: { name: "reclaim-system" } }),
    pull("ours by program", { request: { method: "GET", useragent: "reclaim-system/1" } }),
  );
  expect(await ids()).toEqual(["counts"]);
  // Where we hand out the tokens nobody hides behind our program's name.
  await prisma().registry.update({ where: { id: tenant.registryId }, data: { auth: "console" } });
  await receive(pull("spoofed", { request: { method: "GET", useragent: "reclaim-system/1" } }));
  await prisma().registry.update({ where: { id: tenant.registryId }, data: { auth: "none" } });
  expect(await ids()).toEqual(["counts", "spoofed"]);
});

test("texts without end and shapes that nobody expects are cut or left out, and answered", async () => {
  await prisma().registryEvent.deleteMany();
  await receive(
    pull("long", { request: { method: "GET", useragent: "x".repeat(100_000) } }),
    pull("deep", { actor: { name: { first: "a" } }, target: [], request: { method: "GET", useragent: ["a"] } }),
    pull("nul\0", { timestamp: { $date: 1 } }),
  );
  const rows = await prisma().registryEvent.findMany({ where: { registryId: tenant.registryId } });
  expect(rows).toHaveLength(3);
  for (const row of rows) expect(JSON.stringify(row.payload).length).toBeLessThan(2_000);
  expect(await processRegistryEvents(tenant.registryId, signal)).toBe(3);
});

test("one that comes when the worker has just looked is worked off by a job that follows at once", async () => {
  let looked = () => {};
  let goOn = () => {};
  const hasLooked = new Promise<void>((resolve) => {
    looked = resolve;
  });
  const mayEnd = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const connection = workerConnection();
  // Before anything works: what it finds when it looks is then known, whatever earlier tests left in the queue.
  await receive(pull("first"));
  const worker = new Worker(
    "registry-events",
    async () => {
      await processRegistryEvents(tenant.registryId, signal);
      looked();
      await mayEnd;
    },
    { connection, prefix: QUEUE_PREFIX },
  );
  try {
    await hasLooked;
    await receive(pull("last"));
    await receive(pull("very last"));
    const waiting = () => prisma().registryEvent.count({ where: { processedAt: null } });
    expect(await waiting()).toBe(2);
    goOn();
    const deadline = performance.now() + 5_000;
    while ((await waiting()) > 0) expect(performance.now()).toBeLessThan(deadline);
  } finally {
    goOn();
    await worker.close();
    connection.disconnect();
  }
});
