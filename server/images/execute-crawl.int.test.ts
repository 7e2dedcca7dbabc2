import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { type BuiltImage, buildImage, buildLayer, type ImageLayer } from "@/scripts/demo/oci-image";
import { createImagePusher, type ImagePusher } from "@/scripts/demo/push-image";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { closeQueues } from "@/server/platform/queue/enqueue";
import { StorageReadError } from "@/server/platform/storage/blob-storage";
import { enqueueCrawl } from "@/server/registries/enqueue-crawl";
import { syncSpace } from "@/server/spaces/sync-space";
import { setConsoleEnv } from "@/testing/console-env";
import { startMachineClock } from "@/testing/machine-clock";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { startProgram } from "@/testing/programs";
import { testRedisUrl } from "@/testing/redis";
import { startTestRegistry, type TestRegistry } from "@/testing/registry";
import { type RegistryProxy, startRegistryProxy } from "@/testing/registry-proxy";
import { createTestTenant, type TestTenant } from "@/testing/tenant";
import { until } from "@/testing/until";
import { cancelCrawl } from "./cancel-crawl";
import { crawlFailure } from "./crawl-failure";
import { executeCrawl } from "./execute-crawl";
import { getCrawl } from "./get-crawl";
import { listCrawls } from "./list-crawls";
import { reconcileCrawls } from "./reconcile-crawls";
import { startCrawl } from "./start-crawl";

let database: TestDatabase;
let registry: TestRegistry;
let proxy: RegistryProxy;
let pusher: ImagePusher;
let tenant: TestTenant;
let base: ImageLayer;
let sequence = 0;
const never = new AbortController().signal;
const NAMES = ["a", "b", "c", "d", "e", "f", "g", "h"];

beforeAll(async () => {
  database = await createTestDatabase();
  setConsoleEnv({ databaseUrl: database.url, redisUrl: testRedisUrl() });
  registry = await startTestRegistry();
  proxy = await startRegistryProxy(registry.url);
  pusher = createImagePusher({ registryUrl: registry.url, username: null, password: null });
  base = await buildLayer("base", [{ path: "bin/sh", sizeBytes: 4_000 }]);
});
afterAll(async () => {
  pusher?.close();
  await closeQueues();
  await disconnectPrisma();
  await proxy?.stop();
  await registry?.stop();
  await database.drop();
});
beforeEach(async () => {
  sequence++;
  tenant = await createTestTenant({ name: `t${sequence}`, registryUrl: `${proxy.url}/?${sequence}` });
  for (const name of NAMES) await pusher.push(repository(name), image(name), "v1");
});
afterEach(() => {
  proxy.tamper = null;
  proxy.release();
});

const repository = (name: string) => `t${sequence}/${name}`;
const image = (seed: string): BuiltImage =>
  buildImage({
    ...{ layers: [base], platform: { os: "linux", architecture: "amd64" } },
    ...{ createdAt: new Date(0), labels: { seed: `${sequence} ${seed}` } },
  });
const hangAt = (name: string) => {
  proxy.tamper = ({ path }) => (path === `/v2/${repository(name)}/tags/list` ? "hang" : null);
};
const rowOf = (id: string) => prisma().crawl.findUniqueOrThrow({ where: { id } });
const tagCount = () => prisma().tag.count({ where: { workspaceId: tenant.workspaceId } });

test("a reading that is asked for while one is under way is that one, and it ends with its numbers", async () => {
  const first = await syncSpace(tenant.scope, tenant);
  expect(first).toMatchObject({ status: "queued", trigger: "manual", spaceId: tenant.spaceId, isCancellable: true });
  expect((await syncSpace(tenant.scope, tenant)).id).toBe(first.id);
  await executeCrawl(first.id, "worker", never);
  expect(await getCrawl(tenant.scope, { spaceId: tenant.spaceId, crawlId: first.id })).toMatchObject({
    ...{ status: "succeeded", source: "api", error: null, isCancellable: false },
    ...{ repositoriesTotal: 8, repositoriesDone: 8, repositoriesFailed: 0, manifestsRead: 8 },
  });
  const second = await syncSpace(tenant.scope, tenant);
  expect(second.id).not.toBe(first.id);
  await executeCrawl(second.id, "worker", never);
  const { items, lastReadAt } = await listCrawls(tenant.scope, { spaceId: tenant.spaceId, limit: 10 });
  expect(items.map(({ id, manifestsRead }) => [id, manifestsRead])).toEqual([
    [second.id, 0],
    [first.id, 8],
  ]);
  expect(lastReadAt).toBe(items[0]?.finishedAt);
});

test("a reading of a space leaves the others alone, and one of a shared registry shows no numbers", async () => {
  const other = await createTestTenant({ name: `u${sequence}`, registryId: tenant.registryId });
  await pusher.push(`u${sequence}/x`, image("x"), "v1");
  const own = await syncSpace(tenant.scope, tenant);
  await executeCrawl(own.id, "worker", never);
  expect(await prisma().repository.count({ where: { spaceId: other.spaceId } })).toBe(0);
  await expect(getCrawl(other.scope, { spaceId: other.spaceId, crawlId: own.id })).rejects.toThrow();
  await expect(getCrawl(other.scope, { spaceId: tenant.spaceId, crawlId: own.id })).rejects.toThrow();

  const whole = await startCrawl({ registryId: tenant.registryId, trigger: "schedule" });
  await executeCrawl(whole.id, "worker", never);
  expect(await prisma().repository.count({ where: { spaceId: other.spaceId } })).toBe(1);
  const input = { spaceId: other.spaceId, crawlId: whole.id };
  expect(await getCrawl(other.scope, input)).toMatchObject({
    ...{ repositoriesTotal: null, repositoriesDone: 0, manifestsRead: 0, isCancellable: false },
  });
  await expect(cancelCrawl(other.scope, input)).rejects.toThrow("Other workspaces");
});

test("a worker that is killed in the middle: the next one goes on after what was read, and ends with everything", async () => {
  const { id } = await syncSpace(tenant.scope, tenant);
  hangAt("c");
  const child = startProgram("execute-crawl", [id]);
  await until("it hangs", async () => (await rowOf(id)).lastRepository === repository("b"));
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(await rowOf(id)).toMatchObject({ status: "running", finishedAt: null });
  // Its heartbeat is not stale yet: nobody takes it from a worker that may live.
  expect(await executeCrawl(id, "too early", never)).toBeNull();
  await prisma().crawl.update({ where: { id }, data: { heartbeatAt: new Date(Date.now() - 60_000) } });
  proxy.tamper = null;
  proxy.release();
  proxy.requests.length = 0;
  expect(await reconcileCrawls()).toBeGreaterThan(0);
  await executeCrawl(id, "the next", never);
  expect(await rowOf(id)).toMatchObject({
    ...{ status: "succeeded", epoch: 2, repositoriesTotal: 8, repositoriesDone: 8, repositoriesFailed: 0 },
  });
  expect(await tagCount()).toBe(8);
  for (const done of ["a", "b"]) expect(proxy.requests.join("\n")).not.toContain(`${repository(done)}/`);
});

test("a reading is cancelled within two seconds though the registry does not answer, and keeps what it read", async () => {
  const { id } = await syncSpace(tenant.scope, tenant);
  hangAt("c");
  const work = executeCrawl(id, "worker", never);
  await until("it hangs", async () => (await rowOf(id)).lastRepository === repository("b"));
  const elapsed = startMachineClock();
  const input = { spaceId: tenant.spaceId, crawlId: id };
  expect(await cancelCrawl(tenant.scope, input)).toMatchObject({ status: "running", isCancelRequested: true });
  await work;
  expect(elapsed()).toBeLessThan(2_000);
  expect(await getCrawl(tenant.scope, input)).toMatchObject({ status: "cancelled", repositoriesTotal: 8 });
  expect(await tagCount()).toBeGreaterThanOrEqual(2);
  // Too late is no error; and the place is free again.
  expect(await cancelCrawl(tenant.scope, input)).toMatchObject({ status: "cancelled" });
  const next = await syncSpace(tenant.scope, tenant);
  expect(await cancelCrawl(tenant.scope, { ...input, crawlId: next.id })).toMatchObject({ status: "cancelled" });
  expect(await executeCrawl(next.id, "worker", never)).toBeNull();
});

test("a reading that is asked for after moves, while one has begun, follows that one", async () => {
  const running = await startCrawl({ registryId: tenant.registryId, trigger: "schedule" });
  hangAt("c");
  const work = executeCrawl(running.id, "worker", never);
  await until("it hangs", async () => (await rowOf(running.id)).status === "running");
  await enqueueCrawl(tenant.registryId);
  await enqueueCrawl(tenant.registryId);
  proxy.tamper = null;
  await until("it asks", async () => proxy.requests.some((line) => line.endsWith(`${repository("c")}/tags/list`)));
  proxy.release();
  await work;
  const rows = await prisma().crawl.findMany({
    where: { registryId: tenant.registryId },
    orderBy: { createdAt: "asc" },
  });
  expect(rows).toMatchObject([
    { id: running.id, status: "succeeded" },
    { status: "queued", trigger: "run", spaceId: null },
  ]);
});

test("a registry that dies in the middle fails the reading with the reason and leaves what was known", async () => {
  const first = await syncSpace(tenant.scope, tenant);
  await executeCrawl(first.id, "worker", never);
  let answered = 0;
  proxy.tamper = () => (++answered > 3 ? "break" : null);
  const second = await syncSpace(tenant.scope, tenant);
  expect(await executeCrawl(second.id, "worker", never)).toBeNull();
  const row = await rowOf(second.id);
  expect(row).toMatchObject({ status: "failed", error: expect.stringContaining("socket hang up") });
  expect(await tagCount()).toBe(8);
});

test("a repository that cannot be read is named, and the others are read", async () => {
  proxy.tamper = ({ path }) => (path === `/v2/${repository("c")}/tags/list` ? { status: 500, body: "{}" } : null);
  const { id } = await syncSpace(tenant.scope, tenant);
  await executeCrawl(id, "worker", never);
  expect(await rowOf(id)).toMatchObject({
    ...{ status: "succeeded", repositoriesDone: 8, repositoriesFailed: 1 },
    error: expect.stringMatching(/^1 of 8 repositories could not be read; t\d+\/c: /),
  });
  expect(await tagCount()).toBe(7);
});

test("K-30 what members are told of a storage that cannot be read names no place on the server", async () => {
  const root = mkdtempSync(path.join(tmpdir(), "reclaim-storage-"));
  const base = path.join(root, "docker/registry/v2");
  const { registryId } = tenant;
  const errorOf = async () => {
    const { id } = await startCrawl({ registryId, trigger: "manual" });
    await executeCrawl(id, "worker", never);
    const { error } = await getCrawl(tenant.scope, { spaceId: tenant.spaceId, crawlId: id });
    expect(error).not.toContain(root);
    return error;
  };
  try {
    await prisma().registry.update({ where: { id: registryId }, data: { storageRoot: root } });
    // A file where a folder ought to be: Node's own words name the whole path.
    mkdirSync(path.join(base, "blobs/sha256/aa"), { recursive: true });
    writeFileSync(path.join(base, "repositories"), "");
    expect(await errorOf()).toMatch(/^cannot read .*repositories: ENOTDIR: not a directory$/);
    rmSync(path.join(base, "repositories"));
    mkdirSync(path.join(base, "repositories", repository("a"), "_manifests"), { recursive: true });
    writeFileSync(path.join(base, "repositories", repository("a"), "_manifests/revisions"), "");
    expect(await errorOf()).toMatch(/ENOTDIR: not a directory$/);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});

test("what nobody expected stays in the log", () => {
  expect(crawlFailure(new Error("Invalid query in /srv/reclaim/server.js"))).not.toContain("/srv");
  expect(crawlFailure(new StorageReadError("a/b", { cause: new Error("it does not exist") }))).toContain("a/b");
});

test("a worker that stops gives its reading back, and fifty of a registry are kept", async () => {
  const shutdown = new AbortController();
  const { id } = await syncSpace(tenant.scope, tenant);
  hangAt("c");
  const work = executeCrawl(id, "worker", shutdown.signal);
  await until("it hangs", async () => (await rowOf(id)).lastRepository === repository("b"));
  shutdown.abort();
  await work;
  expect(await rowOf(id)).toMatchObject({ status: "queued", epoch: 1, lastRepository: repository("b") });
  const old = Array.from({ length: 60 }, (_, i) => ({
    ...{ id: `crawl_old_${sequence}_${i}`, registryId: tenant.registryId, status: "succeeded", trigger: "schedule" },
    ...{ createdAt: new Date(i * 1000), finishedAt: new Date(i * 1000) },
  }));
  await prisma().crawl.createMany({ data: old });
  proxy.tamper = null;
  await executeCrawl(id, "worker", never);
  const kept = await prisma().crawl.findMany({
    where: { registryId: tenant.registryId },
    orderBy: { createdAt: "asc" },
  });
  expect(kept).toHaveLength(50);
  expect(kept[0]?.id).toBe(`crawl_old_${sequence}_11`);
  expect(kept.at(-1)).toMatchObject({ id, status: "succeeded", epoch: 2 });
});
