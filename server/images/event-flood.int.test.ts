import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { newId } from "@/server/platform/new-id";
import { closeRegistries } from "@/server/registries/open-registry";
import { insertEvents } from "@/server/registries/registry-event.store";
import { setConsoleEnv } from "@/testing/console-env";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { testRedisUrl } from "@/testing/redis";
import { createTestTenant, type TestTenant } from "@/testing/tenant";
import { processRegistryEvents } from "./process-registry-events";
import { refreshImages } from "./refresh-images";

const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const INDEX = "application/vnd.oci.image.index.v1+json";
const signal = new AbortController().signal;
let database: TestDatabase;
let tenant: TestTenant;
let repositoryId: string;

beforeAll(async () => {
  database = await createTestDatabase();
  setConsoleEnv({ databaseUrl: database.url, redisUrl: testRedisUrl() });
});
afterAll(async () => {
  closeRegistries();
  await disconnectPrisma();
  await database.drop();
});
beforeEach(async () => {
  tenant = await createTestTenant();
  repositoryId = newId("repo");
  const { workspaceId, spaceId, registryId } = tenant;
  await prisma().repository.create({ data: { id: repositoryId, workspaceId, spaceId, registryId, name: "acme/app" } });
});
afterEach(() => {
  vi.restoreAllMocks();
});

const digestOf = (n: number) => `sha256:${n.toString(16).padStart(64, "0")}`;
const PUSHED_AT = new Date("2026-01-01T00:00:00Z");
const minute = (n: number) => new Date(PUSHED_AT.getTime() + n * 60_000);

/** Gives the repository these manifests; `children` makes the first an index of the others. */
async function furnish(count: number, options: { children?: boolean } = {}): Promise<void> {
  const { workspaceId, registryId } = tenant;
  const digests = Array.from({ length: count }, (_, i) => digestOf(i + 1));
  await prisma().$transaction(async (tx) => {
    await tx.manifest.createMany({
      data: digests.map((digest, i) => {
        const isIndex = options.children === true && i === 0;
        const [mediaType, kind] = isIndex ? [INDEX, "index"] : [MANIFEST, "image"];
        return { registryId, digest, mediaType, kind, sizeBytes: 500 };
      }),
    });
    if (options.children) {
      await tx.manifestReference.createMany({
        data: digests.slice(1).map((digest, ordinal) => {
          const manifestDigest = digests[0] ?? "";
          return { registryId, manifestDigest, ordinal, role: "child", digest, mediaType: MANIFEST, sizeBytes: 500n };
        }),
      });
    }
    await tx.repositoryManifest.createMany({
      data: digests.map((digest) => {
        return { repositoryId, digest, workspaceId, registryId, pushedAt: PUSHED_AT, pushedAtSource: "storage" };
      }),
    });
    await refreshImages(tx, { id: repositoryId, registryId }, "all");
  });
}

let sequence = 0;
type Told = { at?: Date; agent?: string; actor?: string; repository?: string; tag?: string; action?: string };
function told(digest: string, { at = minute(1), agent = "docker/27", actor = "ada", ...rest }: Told = {}) {
  const { action = "pull", repository = "acme/app", tag } = rest;
  return {
    id: `event ${++sequence}`,
    payload: {
      ...{ action, timestamp: at.toISOString(), actor: { name: actor } },
      target: { mediaType: MANIFEST, repository, digest, ...(tag === undefined ? {} : { tag }) },
      request: { method: action === "pull" ? "GET" : "PUT", useragent: agent },
    },
  };
}

const hear = async (events: { id: string; payload: unknown }[]) => {
  for (let i = 0; i < events.length; i += 1_000) await insertEvents(tenant.registryId, events.slice(i, i + 1_000));
  return processRegistryEvents(tenant.registryId, signal);
};
const pulls = () => prisma().imagePull.findMany({ where: { repositoryId }, orderBy: { lastAt: "asc" } });
const lastPulled = async (n: number) =>
  (await prisma().image.findUniqueOrThrow({ where: { repositoryId_digest: { repositoryId, digest: digestOf(n) } } }))
    .lastPulledAt;

/** Every statement from now on, with the most rows that one answered. */
function watchStatements(): { count: number; rowsMax: number; texts: { text: string; values: unknown[] }[] } {
  const seen = { count: 0, rowsMax: 0, texts: [] as { text: string; values: unknown[] }[] };
  const original = pg.Client.prototype.query as unknown as (...args: unknown[]) => unknown;
  vi.spyOn(pg.Client.prototype, "query").mockImplementation(function (this: pg.Client, ...args: unknown[]) {
    const [config, values] = args as [string | { text: string; values?: unknown[] }, unknown[] | undefined];
    seen.count++;
    if (typeof config === "object") seen.texts.push({ text: config.text, values: config.values ?? values ?? [] });
    const result = original.apply(this, args);
    if (result instanceof Promise) {
      void result.then(({ rows }: { rows?: unknown[] }) => {
        seen.rowsMax = Math.max(seen.rowsMax, rows?.length ?? 0);
      });
    }
    return result;
  } as never);
  return seen;
}

test("N-12 ten thousand notifications are worked off in bulk, a bounded part at a time, and each counts", async () => {
  await furnish(400);
  const events = Array.from({ length: 10_000 }, (_, i) =>
    told(digestOf((i % 500) + 1), {
      at: minute(i),
      agent: `docker/${i % 7}`,
      actor: `user ${i % 3}`,
      tag: `t${i % 5}`,
    }),
  );
  for (let i = 0; i < events.length; i += 1_000) await insertEvents(tenant.registryId, events.slice(i, i + 1_000));
  const seen = watchStatements();
  const begunAt = performance.now();
  expect(await processRegistryEvents(tenant.registryId, signal)).toBe(10_000);
  const took = performance.now() - begunAt;
  expect(seen.count).toBeGreaterThan(10);
  expect(seen.count, "statements").toBeLessThan(400);
  expect(seen.rowsMax, "rows in memory at a time").toBeLessThanOrEqual(1_000);
  expect(took).toBeLessThan(60_000);
  const { _sum } = await prisma().imagePull.aggregate({ where: { repositoryId }, _sum: { count: true } });
  // Of 500 images told of, the inventory has 400.
  expect(_sum.count).toBe(8_000);
  expect(await lastPulled(400)).toEqual(minute(9_899));
});

test("N-12 of the programs that pulled one image the latest 200 are kept", async () => {
  await furnish(1);
  await hear(Array.from({ length: 1_500 }, (_, i) => told(digestOf(1), { at: minute(i), agent: `agent ${i}` })));
  const rows = await pulls();
  expect(rows).toHaveLength(200);
  expect(rows.map(({ userAgent }) => userAgent)).toEqual(Array.from({ length: 200 }, (_, i) => `agent ${i + 1_300}`));
});

test("N-12 what comes late sets no time back, in whatever order; the tag is that of the latest pull", async () => {
  await furnish(1);
  await hear([
    told(digestOf(1), { at: minute(30), tag: "late" }),
    told(digestOf(1), { at: minute(20), tag: "middle" }),
  ]);
  await hear([told(digestOf(1), { at: minute(10), tag: "early" })]);
  expect(await pulls()).toMatchObject([{ count: 3, tag: "late", firstAt: minute(10), lastAt: minute(30) }]);
  expect(await lastPulled(1)).toEqual(minute(30));
  const before = await prisma().repositoryManifest.findFirstOrThrow({ where: { repositoryId } });
  expect(before.lastPulledAt).toEqual(minute(30));
  await hear([told(digestOf(1), { at: minute(40), tag: "v1" })]);
  expect(await pulls()).toMatchObject([{ count: 4, tag: "v1", lastAt: minute(40) }]);
  // A clock that is wrong by years counts as now: else the image could never be idle again, or was pulled before it was there.
  await hear([told(digestOf(1), { at: new Date("2199-01-01T00:00:00Z") })]);
  const until = (await lastPulled(1))?.getTime() ?? 0;
  expect(Math.abs(until - Date.now())).toBeLessThan(60_000);
  await hear([told(digestOf(1), { at: new Date("0001-01-01T00:00:00Z"), agent: "other" })]);
  expect((await pulls()).every(({ firstAt }) => firstAt >= minute(0))).toBe(true);
});

test("N-12 N-01 a pull of a platform is one of its index, and of nothing else", async () => {
  await furnish(3, { children: true });
  await hear([told(digestOf(3), { at: minute(7) })]);
  expect(await lastPulled(1)).toEqual(minute(7));
  expect(await pulls()).toMatchObject([{ digest: digestOf(3), count: 1 }]);
  const space = await prisma().space.findUniqueOrThrow({ where: { id: tenant.spaceId } });
  await hear([told(digestOf(2), { at: new Date(minute(7).getTime() + 5_000) })]);
  // Seconds do not show on a page: it need not read again.
  expect((await prisma().space.findUniqueOrThrow({ where: { id: tenant.spaceId } })).inventoryRevision).toBe(
    space.inventoryRevision,
  );
  await hear([told(digestOf(2), { at: minute(9) })]);
  expect((await prisma().space.findUniqueOrThrow({ where: { id: tenant.spaceId } })).inventoryRevision).toBe(
    space.inventoryRevision + 1n,
  );
});

test("what is about nothing of ours is worked off without a trace: other repositories, prefixes alike, removed spaces", async () => {
  await furnish(1);
  const elsewhere = ["acme-x/app", "acme", "acmeapp", "recyclebin/x/acme/app", "../acme/app", "acme/unknown"];
  expect(await hear(elsewhere.map((repository) => told(digestOf(1), { repository })))).toBe(elsewhere.length);
  expect(await pulls()).toEqual([]);
  await prisma().space.update({ where: { id: tenant.spaceId }, data: { removedAt: new Date() } });
  expect(await hear([told(digestOf(1)), told(digestOf(2), { action: "push", tag: "v1" })])).toBe(2);
  expect(await pulls()).toEqual([]);
  expect(await prisma().imageEvent.count({ where: { spaceId: tenant.spaceId } })).toBe(0);
});

test("hostile and broken notifications end nothing: those beside them count", async () => {
  await furnish(1);
  const strange = [
    null,
    [],
    "text",
    7,
    {},
    { action: "push" },
    {
      action: "pull",
      timestamp: "never",
      target: { repository: "acme/app", digest: digestOf(1), mediaType: MANIFEST },
    },
    { action: "detonate", timestamp: minute(1).toISOString(), target: { repository: "acme/app" } },
    { action: "pull", timestamp: minute(1).toISOString(), target: { repository: ["acme/app"], digest: 7 } },
    { ...told("sha256:short").payload },
    { ...told(`${digestOf(1)}'; DROP TABLE spaces; --`).payload },
    { ...told(digestOf(1), { repository: "x".repeat(5_000) }).payload },
  ].map((payload) => ({ id: `strange ${++sequence}`, payload: payload as never }));
  const done = await hear([
    ...strange.filter(({ payload }) => payload !== null),
    told(digestOf(1), { agent: `\\u0000'"\u202e${"x".repeat(5_000)}`, actor: "Robert'); DROP TABLE users;--" }),
  ]);
  expect(done).toBe(strange.length);
  const rows = await pulls();
  expect(rows).toMatchObject([{ count: 1, actorName: "Robert'); DROP TABLE users;--" }]);
  expect(rows[0]?.userAgent).toHaveLength(200);
});

test("two workers at once count each notification once", async () => {
  await furnish(3);
  for (let i = 0; i < 3; i++) {
    await insertEvents(
      tenant.registryId,
      Array.from({ length: 1_000 }, (_, n) => told(digestOf((n % 3) + 1), { at: minute(n), agent: `a${n % 4}` })),
    );
  }
  vi.resetModules();
  const other = await import("./process-registry-events");
  expect(other.processRegistryEvents).not.toBe(processRegistryEvents);
  const done = await Promise.all([
    processRegistryEvents(tenant.registryId, signal),
    other.processRegistryEvents(tenant.registryId, signal),
  ]);
  expect(done[0] + done[1]).toBe(3_000);
  const { _sum } = await prisma().imagePull.aggregate({ where: { repositoryId }, _sum: { count: true } });
  expect(_sum.count).toBe(3_000);
});

test("N-11 while a repository cannot be read its notifications wait, and others do not; for good only so long", async () => {
  await furnish(1);
  const push = told(digestOf(9), { action: "push", tag: "v9", at: new Date() });
  // Nothing listens where this registry is said to be.
  expect(await hear([push, told(digestOf(1), { repository: "acme/app" })])).toBe(0);
  await hear([told(digestOf(1), { repository: "acme/other" })]);
  const waiting = () =>
    prisma().registryEvent.findMany({ where: { registryId: tenant.registryId, processedAt: null } });
  expect((await waiting()).map(({ id }) => id)).toContain(push.id);
  await prisma().registryEvent.updateMany({
    where: { registryId: tenant.registryId, processedAt: null },
    data: { receivedAt: new Date(Date.now() - 700_000) },
  });
  expect(await processRegistryEvents(tenant.registryId, signal)).toBe(2);
  expect(await waiting()).toEqual([]);
  expect(await prisma().imageEvent.findMany({ where: { spaceId: tenant.spaceId } })).toMatchObject([
    { kind: "pushed", digest: digestOf(9), tag: "v9", actorName: "ada", source: "event" },
  ]);
});
