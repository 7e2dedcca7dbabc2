import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { BlobTable } from "@/domain/reclaim/blob-table";
import { withBulkConnection } from "@/server/platform/db/bulk-connection";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { setConsoleEnv } from "@/testing/console-env";
import { fillLargeInventory } from "@/testing/large-inventory";
import { listWrongContents } from "@/testing/manifest-content";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { testRedisUrl } from "@/testing/redis";
import { createTestTenant, type TestTenant } from "@/testing/tenant";
import { insertManifests, type ManifestRow, type ReferenceRow } from "./inventory.store";
import { listRepositoriesToRead } from "./list-repositories-to-read";
import { readListedRepositories } from "./read-listed-repositories";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  setConsoleEnv({ databaseUrl: database.url, redisUrl: testRedisUrl() });
});
afterAll(async () => {
  await disconnectPrisma();
  await database.drop();
});

const digestOf = (name: string) => `sha256:${createHash("sha256").update(name).digest("hex")}`;
const BYTES_OF_A_BLOB = 16;

function reference(role: ReferenceRow["role"], name: string, isForeign = false): ReferenceRow {
  return { role, digest: digestOf(name), mediaType: null, sizeBytes: 1000 + name.length, platform: null, isForeign };
}

function manifest(name: string, references: ReferenceRow[], unreadableReason: string | null = null): ManifestRow {
  return {
    ...{
      digest: digestOf(name),
      mediaType: "",
      kind: references.some(({ role }) => role === "child") ? "index" : "image",
    },
    ...{ artifactType: null, subjectDigest: null, sizeBytes: 500, platform: null, imageCreatedAt: null },
    ...{ unreadableReason, references },
  };
}

const image = (name: string) =>
  manifest(name, [
    reference("config", `${name} config`),
    reference("layer", `${name} layer`),
    reference("layer", "base"),
    reference("layer", `${name} elsewhere`, true),
    reference("subject", "a subject"),
    reference("other", "something else"),
  ]);

/** Of each manifest how many bytes are stored as its content, and its children; null where it has none. */
async function packed(registryId: string): Promise<Record<string, { bytes: number | null; children: string | null }>> {
  const rows = await prisma().$queryRaw<{ digest: string; bytes: number | null; children: string | null }[]>`
    SELECT digest, length(content) AS bytes, children FROM manifests WHERE registry_id = ${registryId}`;
  return Object.fromEntries(rows.map(({ digest, bytes, children }) => [digest, { bytes, children }]));
}
const whole = { bytes: 3 * BYTES_OF_A_BLOB, children: null };

test("config, layers and children stand with their manifest, nothing else does, and what is not kept here is left out", async () => {
  const { registryId } = await createTestTenant();
  const index = manifest("index", [reference("child", "b"), reference("child", "gone", true), reference("child", "a")]);
  await prisma().$transaction((tx) => insertManifests(tx, registryId, [index, image("b"), image("a")]));
  expect(await packed(registryId)).toEqual({
    [digestOf("a")]: whole,
    [digestOf("b")]: whole,
    [digestOf("index")]: { bytes: null, children: `${digestOf("b")},${digestOf("a")}` },
  });
  expect(await listWrongContents(registryId)).toEqual([]);
});

test("what could not be read gets its content once it can; nothing takes it away again", async () => {
  const { registryId } = await createTestTenant();
  const store = (row: ManifestRow) => prisma().$transaction((tx) => insertManifests(tx, registryId, [row]));
  await store(manifest("late", [], "the bytes are others"));
  expect(await packed(registryId)).toEqual({ [digestOf("late")]: { bytes: null, children: null } });
  for (const row of [image("late"), image("late"), manifest("late", [], "damaged")]) {
    await store(row);
    expect(await packed(registryId)).toEqual({ [digestOf("late")]: whole });
    expect(await listWrongContents(registryId)).toEqual([]);
  }
});

/** What a plan reads of a space: of each image its children, and its blobs by key and size. */
async function readForPlan(tenant: TestTenant) {
  return withBulkConnection(new AbortController().signal, async (reader) => {
    const { repositories, notes } = await listRepositoriesToRead(reader, tenant);
    const blobs = new BlobTable();
    const read: unknown[] = [];
    for await (const { name, artifacts, blobLists } of readListedRepositories(
      reader,
      tenant,
      repositories,
      notes,
      blobs,
    )) {
      const { ids, starts, ends } = blobLists;
      const partsOf = (at: number) =>
        [...ids.subarray(starts[at], ends[at])].map((blob) => ({ ...blobs.keyOf(blob), bytes: blobs.sizeOf(blob) }));
      read.push({
        name,
        images: artifacts.map(({ digest, children }, at) => ({ digest, children, parts: partsOf(at) })),
      });
    }
    return read;
  });
}

test("C2.1 an index that a process of an earlier version stored meanwhile keeps its children, and images their size", async () => {
  const tenant = await createTestTenant({ name: "acme", prefix: "acme" });
  await fillLargeInventory(tenant, { repositories: 2, imagesPerRepository: 20, tagsPerImage: 2 });
  const before = await readForPlan(tenant);
  expect(JSON.stringify(before)).toContain('"children":["sha256:');
  await prisma()
    .$executeRaw`UPDATE manifests SET content = NULL, children = NULL WHERE registry_id = ${tenant.registryId}`;
  expect(await readForPlan(tenant)).toEqual(before);
});

test("several that store the same manifests at once, each in an order of its own, do not block one another", async () => {
  const { registryId } = await createTestTenant();
  const names = Array.from({ length: 40 }, (_, at) => `image ${at}`);
  const orders = Array.from({ length: 6 }, (_, by) =>
    names.toSorted((a, b) => digestOf(`${by} ${a}`).localeCompare(digestOf(`${by} ${b}`))),
  );
  await Promise.all(
    orders.map((order) => prisma().$transaction((tx) => insertManifests(tx, registryId, order.map(image)))),
  );
  expect(await prisma().manifest.count({ where: { registryId } })).toBe(names.length);
  expect(await listWrongContents(registryId)).toEqual([]);
});
