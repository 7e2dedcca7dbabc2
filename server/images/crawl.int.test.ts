import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import {
  type BuiltImage,
  buildImage,
  buildIndex,
  buildLayer,
  buildSbom,
  buildSignature,
  signatureTag,
} from "@/scripts/demo/oci-image";
import { createImagePusher, type ImagePusher } from "@/scripts/demo/push-image";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { closeQueues } from "@/server/platform/queue/enqueue";
import { openRegistryById } from "@/server/registries/open-registry-by-id";
import { insertEvents } from "@/server/registries/registry-event.store";
import { getSpace } from "@/server/spaces/get-space";
import { setConsoleEnv } from "@/testing/console-env";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { testRedisUrl } from "@/testing/redis";
import { startTestRegistry, type TestRegistry } from "@/testing/registry";
import { createTestTenant, type TestTenant } from "@/testing/tenant";
import { crawlRegistry } from "./crawl-registry";
import { crawlRepository } from "./crawl-repository";
import { listImages } from "./list-images";
import { listRepositories } from "./list-repositories";
import { loadSpaceFacts } from "./load-space-facts";
import { processRegistryEvents } from "./process-registry-events";
import { storageReader } from "./repository-reader";

let database: TestDatabase;
let registry: TestRegistry;
let pusher: ImagePusher;
let tenant: TestTenant;
let sequence = 0;
const signal = new AbortController().signal;

beforeAll(async () => {
  database = await createTestDatabase();
  setConsoleEnv({ databaseUrl: database.url, redisUrl: testRedisUrl() });
  registry = await startTestRegistry();
  pusher = createImagePusher({ registryUrl: registry.url, username: null, password: null });
});
afterAll(async () => {
  pusher?.close();
  await closeQueues();
  await disconnectPrisma();
  await registry?.stop();
  await database.drop();
});
beforeEach(async () => {
  sequence++;
  // Each test has a registry row of its own; they are one process, told apart by the prefix of their space.
  tenant = await createTestTenant({
    name: `t${sequence}`,
    registryUrl: `${registry.url}/?${sequence}`,
    storageRoot: registry.storageRoot,
  });
});

const linux = (architecture: string) => ({ os: "linux", architecture });
async function image(seed: string, shared = "base", architecture = "amd64"): Promise<BuiltImage> {
  const layers = [
    await buildLayer(shared, [{ path: "bin/sh", sizeBytes: 40_000 }]),
    await buildLayer(seed, [{ path: "app", sizeBytes: 20_000 }]),
  ];
  return buildImage({ layers, platform: linux(architecture), createdAt: new Date(0), labels: { seed } });
}

const list = (query: Partial<Parameters<typeof listImages>[1]> = {}) =>
  listImages(tenant.scope, { spaceId: tenant.spaceId, state: "any", sort: "pushed", limit: 100, ...query });

test("the storage shows everything: untagged images, children inside their index, referrers under their subject", async () => {
  const name = `t${sequence}/app`;
  const amd = await image("a1");
  const arm = await image("a2", "base", "arm64");
  const index = buildIndex({
    children: [
      { platform: linux("amd64"), image: amd },
      { platform: linux("arm64"), image: arm },
    ],
    annotations: {},
  });
  const old = await image("old");
  const current = await image("new");
  await pusher.push(name, index, "multi");
  await pusher.push(name, old, "v1");
  await pusher.push(name, current, "v1");
  await pusher.push(name, current, "latest");
  const signature = buildSignature({ repository: name, signed: current, createdAt: new Date(0) });
  await pusher.push(name, signature, signatureTag(current.digest));
  const sbom = buildSbom({ subject: current, packages: ["zod"] });
  await pusher.push(name, sbom, null);

  expect(await crawlRegistry(tenant.registryId, signal)).toMatchObject({ failed: 0 });
  const { items, total } = await list();
  expect(total).toBe(3);
  const byDigest = new Map(items.map((item) => [item.digest, item]));
  expect(byDigest.get(index.digest)).toMatchObject({
    kind: "index",
    tags: ["multi"],
    platforms: [expect.objectContaining({ isMissing: false }), expect.anything()],
  });
  expect(
    byDigest
      .get(index.digest)
      ?.platforms.map((one) => one.platform)
      .sort(),
  ).toEqual(["linux/amd64", "linux/arm64"]);
  expect(byDigest.get(old.digest)).toMatchObject({ tags: [], untaggedSince: expect.any(String) });
  expect(byDigest.get(current.digest)).toMatchObject({
    tags: ["latest", "v1"],
    platforms: [{ platform: "linux/amd64" }],
  });
  expect(
    byDigest
      .get(current.digest)
      ?.referrers.map((one) => one.digest)
      .sort(),
  ).toEqual([signature.digest, sbom.digest].sort());
  const sizes = byDigest.get(old.digest);
  expect(sizes?.uniqueBytes).toBeLessThan(sizes?.logicalBytes ?? 0);
  expect(sizes?.uniqueBytes).toBeGreaterThan(0);
  expect((await list({ state: "untagged" })).items.map((one) => one.digest)).toEqual([old.digest]);
  expect((await list({ search: "MULT" })).items.map((one) => one.digest)).toEqual([index.digest]);
  const repositories = await listRepositories(tenant.scope, { spaceId: tenant.spaceId, sort: "name", limit: 10 });
  expect(repositories.items).toMatchObject([{ name, imageCount: 3, tagCount: 4, untaggedCount: 1 }]);
  // The space counts as its list does: the signature that is only tagged after its subject is no image.
  expect(await getSpace(tenant.scope, { spaceId: tenant.spaceId })).toMatchObject({ imageCount: 3, tagCount: 4 });
  const facts = await loadSpaceFacts(tenant.scope, tenant.spaceId);
  expect(facts).toHaveLength(7);
  expect(facts.find((one) => one.digest === index.digest)?.children).toHaveLength(2);
  expect(facts.find((one) => one.digest === sbom.digest)?.subject).toBe(current.digest);
});

test("what is gone at the registry goes from the inventory; what stays keeps its times", async () => {
  const name = `t${sequence}/app`;
  const kept = await image(`k${sequence}`);
  const gone = await image(`g${sequence}`);
  await pusher.push(name, kept, "kept");
  await pusher.push(name, gone, "gone");
  await crawlRegistry(tenant.registryId, signal);
  await prisma().repositoryManifest.updateMany({ where: { digest: kept.digest }, data: { pushedAt: new Date(0) } });
  const removed = await fetch(`${registry.url}/v2/${name}/manifests/${gone.digest}`, { method: "DELETE" });
  expect(removed.status).toBe(202);
  await crawlRegistry(tenant.registryId, signal);
  expect((await list()).items).toMatchObject([{ digest: kept.digest }]);
  const held = await prisma().repositoryManifest.findMany({ where: { repository: { name } } });
  expect(held).toMatchObject([{ digest: kept.digest, pushedAt: new Date(0) }]);
});

test("pages follow each other without gap or repetition, whatever the order", async () => {
  const name = `t${sequence}/many`;
  for (let i = 0; i < 7; i++) await pusher.push(name, await image(`m${sequence}-${i}`), `v${i}`);
  await crawlRegistry(tenant.registryId, signal);
  for (const sort of ["pushed", "size", "name"] as const) {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await list({ sort, limit: 3, cursor });
      seen.push(...page.items.map((item) => item.digest));
      cursor = page.nextCursor ?? undefined;
    } while (cursor);
    expect(new Set(seen).size).toBe(7);
    expect(seen).toHaveLength(7);
  }
});

test("D-13 notifications bring a push and a pull in, once, and not our own", async () => {
  const name = `t${sequence}/app`;
  const built = await image(`e${sequence}`);
  await pusher.push(name, built, "v1");
  const target = { mediaType: built.mediaType, digest: built.digest, repository: name, tag: "v1" };
  const event = (id: string, action: string, at: string, extra: object = {}) => ({
    id,
    payload: { id, action, timestamp: at, target, ...extra },
  });
  const pushedAt = new Date(Date.now() + 60_000).toISOString();
  const pulledAt = "2026-03-01T00:00:00.000Z";
  const get = { request: { method: "GET" }, actor: { name: "usr_1" } };
  await insertEvents(tenant.registryId, [
    event("1", "push", pushedAt),
    event("2", "pull", pulledAt, get),
    event("2", "pull", pulledAt, get),
    event("3", "pull", "2026-04-01T00:00:00.000Z", { request: { method: "HEAD" } }),
    event("4", "pull", "2026-05-01T00:00:00.000Z", { request: { method: "GET" }, actor: { name: "reclaim-system" } }),
    { id: "5", payload: { nonsense: true } },
  ]);
  expect(await processRegistryEvents(tenant.registryId, signal)).toBe(5);
  expect((await list()).items).toMatchObject([
    { digest: built.digest, tags: ["v1"], pushedAt, lastPulledAt: pulledAt },
  ]);
  await insertEvents(tenant.registryId, [event("2", "pull", "2026-09-01T00:00:00.000Z", get)]);
  expect(await processRegistryEvents(tenant.registryId, signal)).toBe(0);
});

test("a search takes every character as it is, and counts what it shows", async () => {
  for (const name of ["one_two", "one-two", "oneatwo"])
    await pusher.push(`t${sequence}/${name}`, await image(name), "v1");
  await crawlRegistry(tenant.registryId, signal);
  const found = await listRepositories(tenant.scope, {
    spaceId: tenant.spaceId,
    search: "E_T",
    sort: "name",
    limit: 10,
  });
  expect([found.items.map((item) => item.name), found.total]).toEqual([[`t${sequence}/one_two`], 1]);
});

test("a repository that the registry has no more loses what the inventory had of it, and says so in its history", async () => {
  const name = `t${sequence}/gone`;
  const built = await image(`n${sequence}`);
  await pusher.push(name, built, "v1");
  await crawlRegistry(tenant.registryId, signal);
  expect((await list()).items).toMatchObject([{ digest: built.digest, tags: ["v1"] }]);
  rmSync(path.join(registry.storageRoot, "docker/registry/v2/repositories", name), { recursive: true });
  await crawlRegistry(tenant.registryId, signal);
  expect((await list()).items).toEqual([]);
  const history = await prisma().imageEvent.findMany({ where: { repositoryName: name }, orderBy: { id: "asc" } });
  expect(history).toMatchObject([
    { kind: "pushed", digest: built.digest, tag: "v1", source: "crawl" },
    { kind: "gone", digest: built.digest, tag: "v1", source: "crawl" },
  ]);
});

test("a crawl that goes on after its space was removed takes nothing from the space that has the prefix now", async () => {
  const name = `t${sequence}/app`;
  const built = await image(`h${sequence}`);
  await pusher.push(name, built, "v1");
  const { registryId, workspaceId, spaceId } = tenant;
  const prefix = `t${sequence}`;
  const former = { id: spaceId, workspaceId, prefix };
  await prisma().space.update({ where: { id: spaceId }, data: { removedAt: new Date() } });
  tenant = await createTestTenant({ name: "successor", prefix, registryId });
  const open = await openRegistryById(registryId);
  if (!open?.storage) throw new Error("no storage");
  const reader = storageReader(open.storage);
  const late = () => crawlRepository(registryId, former, name, reader, signal);
  // Before its successor was read, and after: nothing of the removed space appears, nothing of the other goes.
  expect((await late()).change).toBeNull();
  expect(await prisma().repository.count({ where: { registryId } })).toBe(0);
  await crawlRegistry(registryId, signal);
  expect((await late()).change).toBeNull();
  expect((await list()).items).toMatchObject([{ digest: built.digest, tags: ["v1"] }]);

  // What the removed one has left behind gives way, and one that is live does not, even to a space that is.
  await prisma().repository.updateMany({ where: { registryId }, data: { spaceId, workspaceId } });
  await crawlRegistry(registryId, signal);
  expect((await list()).total).toBe(1);
  const other = await createTestTenant({ name: "other", prefix: "other", registryId });
  const wrong = { id: other.spaceId, workspaceId: other.workspaceId, prefix };
  expect((await crawlRepository(registryId, wrong, name, reader, signal)).change).toBeNull();
  expect((await list()).total).toBe(1);
});

test("a storage that cannot be read takes nothing from the inventory", async () => {
  const name = `t${sequence}/app`;
  await pusher.push(name, await image(`s${sequence}`), "v1");
  await crawlRegistry(tenant.registryId, signal);
  await prisma().registry.update({ where: { id: tenant.registryId }, data: { storageRoot: "/dev/null/nowhere" } });
  await expect(crawlRegistry(tenant.registryId, signal)).rejects.toThrow();
  expect((await list()).total).toBe(1);
});

test("law 1: a storage that can be read and is empty, or has lost all of its repositories, takes nothing from the inventory", async () => {
  const name = `t${sequence}/app`;
  await pusher.push(name, await image(`e${sequence}`), "v1");
  await crawlRegistry(tenant.registryId, signal);
  const place = mkdtempSync(path.join(tmpdir(), "reclaim-empty-"));
  try {
    const root = path.join(place, "docker/registry/v2");
    await prisma().registry.update({ where: { id: tenant.registryId }, data: { storageRoot: place } });
    for (const folder of ["", "repositories", "blobs/sha256/ab"]) {
      mkdirSync(path.join(root, folder), { recursive: true });
      await expect(crawlRegistry(tenant.registryId, signal)).rejects.toThrow();
      expect((await list()).total).toBe(1);
    }
    await expect(crawlRegistry(tenant.registryId, signal)).rejects.toThrow("none of the repositories");
  } finally {
    rmSync(place, { recursive: true });
  }
});
