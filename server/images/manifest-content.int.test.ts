import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { setConsoleEnv } from "@/testing/console-env";
import { listWrongContents } from "@/testing/manifest-content";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { testRedisUrl } from "@/testing/redis";
import { createTestTenant } from "@/testing/tenant";
import { insertManifests, type ManifestRow, type ReferenceRow } from "./inventory.store";

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
