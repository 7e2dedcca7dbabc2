import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BinFilterDto } from "@/contracts/recycle-bin";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { updateSpace } from "@/server/spaces/update-space";
import { setConsoleEnv } from "@/testing/console-env";
import { plansOf } from "@/testing/explained";
import { fillLargeBin } from "@/testing/large-bin";
import { fillLargeInventory } from "@/testing/large-inventory";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { testRedisUrl } from "@/testing/redis";
import { createTestTenant, type TestTenant } from "@/testing/tenant";
import { listBinEntries } from "./list-bin-entries";
import { listBinFacets } from "./list-bin-facets";
import { previewRetention } from "./preview-retention";
import { summarizeBin } from "./summarize-bin";

const ENTRIES = 20_000;
let database: TestDatabase;
let tenant: TestTenant;
let other: TestTenant;

beforeAll(async () => {
  database = await createTestDatabase();
  setConsoleEnv({ databaseUrl: database.url, redisUrl: testRedisUrl() });
  [tenant, other] = [await createTestTenant(), await createTestTenant()];
  await fillLargeInventory(tenant, { repositories: 10, imagesPerRepository: 200, tagsPerImage: 2 });
  await fillLargeBin(tenant, ENTRIES);
  await fillLargeBin(other, 300);
}, 180_000);
afterAll(async () => {
  await disconnectPrisma();
  await database.drop();
}, 60_000);

const SEQUENTIAL =
  /Seq Scan on (?:bin_entries|bin_entry_manifests|bin_entry_tags|manifest_references|manifests|repository_manifests)\b/;
/** Counting stops at its maximum: where many rows are hits they are read as they come. */
const isCappedCount = (plan: string) => /^Aggregate.*\n {2}-> {2}Limit/.test(plan);
type Query = Partial<Parameters<typeof listBinEntries>[1]>;
const list = (query: Query = {}) => listBinEntries(tenant.scope, { spaceId: tenant.spaceId, limit: 100, ...query });
async function expectIndexed(work: () => Promise<unknown>): Promise<void> {
  for (const plan of await plansOf(work)) if (!isCappedCount(plan)) expect(plan).not.toMatch(SEQUENTIAL);
}

describe.each(["space", "workspace"] as const)("K-03 pages of a %s", (place) => {
  const where = () => (place === "space" ? {} : { spaceId: undefined });
  test.each(["recycled", "due", "size", "name"] as const)(
    "by %s come from an index, first and next, both ways",
    async (sort) => {
      for (const order of ["asc", "desc"] as const) {
        const first = await list({ ...where(), sort, order });
        expect(first).toMatchObject({ total: 1_000, isTotalCapped: true });
        await expectIndexed(() => list({ ...where(), sort, order }));
        await expectIndexed(() => list({ ...where(), sort, order, cursor: first.nextCursor ?? "" }));
      }
    },
  );
});

const FILTERS: Record<string, Partial<BinFilterDto>> = {
  "a search that finds": { search: "app17:v1" },
  "a search that finds nothing": { search: "nothing-like-it" },
  "a common search": { search: "team" },
  "a digest": { search: "sha256:0a1b2c" },
  "a repository": { repository: "acme/team3/app3" },
  "a person": { actor: "Person 8" },
  "a kind": { kind: "chart" },
  size: { minBytes: 900_000_000 },
  "what is stuck": { state: "stuck" },
  "what is damaged": { state: "damaged" },
  "what moves": { state: "moving" },
  "what is due": { state: "due" },
  age: { olderThanDays: 27 },
};
test.each(Object.entries(FILTERS))("K-03 a filter by %s reads no big table from end to end", async (_, filter) => {
  await expectIndexed(() => list(filter));
  await expectIndexed(() => list({ ...filter, spaceId: undefined }));
});

test("K-03 a filter by rule or run reads no big table from end to end", async () => {
  await expectIndexed(() => list({ ruleId: `${tenant.spaceId}-rule-3` }));
  await expectIndexed(() => list({ runId: `${tenant.spaceId}-run-17` }));
});

test("K-03 every entry is on one page, in order, whatever comes and goes", async () => {
  for (const sort of ["recycled", "due", "size", "name"] as const) {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await list({ sort, limit: 500, cursor, ruleId: `${tenant.spaceId}-rule-3` });
      seen.push(...page.items.map((entry) => entry.id));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    const count = await prisma().binEntry.count({ where: { ruleId: `${tenant.spaceId}-rule-3` } });
    expect(new Set(seen).size).toBe(count);
    expect(seen).toHaveLength(count);
  }
});

test("K-03 filters find what they say, and answer with who, why and from which run", async () => {
  const total = async (filter: Partial<BinFilterDto>) => (await list({ ...filter, limit: 1 })).total;
  expect(await total({ runId: `${tenant.spaceId}-run-17` })).toBe(ENTRIES / 200);
  expect(await total({ actor: "Person 8" })).toBe(ENTRIES / 40);
  expect(await total({ repository: "acme/team3/app3" })).toBe(ENTRIES / 500);
  expect(await total({ state: "stuck" })).toBe(ENTRIES / 5000);
  expect(await total({ state: "damaged" })).toBe(ENTRIES / 5000);
  expect(await total({ kind: "chart" })).toBe(1_000);
  expect(await total({ search: "app103:v1.103" })).toBe(1);
  const [one] = (await list({ search: "v1.103", limit: 1 })).items;
  expect(one).toMatchObject({
    ...{
      repositoryName: "acme/team3/app103",
      tags: ["v1.103"],
      ruleName: "rule 7",
      ruleRevision: 1,
      actorName: "Schedule",
    },
    ...{ reasonText: "untouched for more than 90 days", manifestCount: 1, spaceName: expect.any(String) },
    // Of its three blobs one is shared with other entries.
    uniqueBytes: 3_000_000,
  });
  expect((await list({ search: one?.digest.slice(0, 30) ?? "", limit: 5 })).items.map((entry) => entry.id)).toEqual([
    one?.id,
  ]);
  const damaged = (await list({ state: "damaged", limit: 1 })).items[0];
  expect(damaged?.missing).toEqual([{ digest: "sha256:00", kind: "blob", reason: "gone" }]);
});

test("K-03 N-05 a filter as one: what purging it frees counts each blob once, and nothing that another entry needs", async () => {
  const summary = (filter: Partial<BinFilterDto>, spaceId: string | undefined = tenant.spaceId) =>
    summarizeBin(tenant.scope, { state: "any", ...filter, spaceId });
  const ofRun = await summary({ runId: `${tenant.spaceId}-run-17` });
  // Config and own layer of each; every entry of the run has the same shared layer, which entries of other runs have too.
  expect(ofRun).toMatchObject({ entryCount: 100, freedBytes: 100 * 3_000_000 });
  // All of a bin: what its entries share goes with them.
  const all = await summarizeBin(other.scope, { state: "any", spaceId: other.spaceId });
  expect(all).toMatchObject({ entryCount: 300, freedBytes: (300 + 100) * 3_000_000 });
  expect(await summary({})).toMatchObject({ entryCount: ENTRIES, freedBytes: null, stuckCount: 4, damagedCount: 4 });
  const due = await summary({ state: "due" });
  expect(due.dueSoon).toEqual({
    entryCount: due.entryCount,
    logicalBytes: due.logicalBytes,
    firstAt: expect.any(String),
  });
  expect(due.entryCount).toBeGreaterThan(0);
});

test("K-03 one tenant sees nothing of another's bin, at the workspace either", async () => {
  expect((await listBinEntries(other.scope, { limit: 500 })).items).toHaveLength(300);
  await expect(listBinEntries(other.scope, { spaceId: tenant.spaceId, limit: 1 })).rejects.toMatchObject({
    code: "not_found",
  });
  await expect(summarizeBin(other.scope, { state: "any", spaceId: tenant.spaceId })).rejects.toMatchObject({
    code: "not_found",
  });
  const facets = await listBinFacets(other.scope, {});
  expect(facets.spaces).toEqual([{ value: other.spaceId, label: expect.any(String), entryCount: 300 }]);
  expect(facets.rules[0]).toMatchObject({ label: expect.stringMatching(/^rule \d+$/) });
});

test("AL-04 another retention says what it purges, and moves the dates of what is there in one piece", async () => {
  const before = await previewRetention(tenant.scope, { spaceId: tenant.spaceId, days: 7 });
  expect(before).toMatchObject({ currentDays: 30, entryCount: ENTRIES });
  expect(before.dueAtOnce.entryCount).toBeGreaterThan(ENTRIES / 2);
  await updateSpace(tenant.scope, { spaceId: tenant.spaceId, binRetentionDays: 7 });
  const due = await prisma().binEntry.count({ where: { spaceId: tenant.spaceId, purgeAfter: { lte: new Date() } } });
  expect(Math.abs(due - before.dueAtOnce.entryCount)).toBeLessThan(10);
  const audit = await prisma().auditEvent.findFirstOrThrow({
    where: { spaceId: tenant.spaceId, action: "spaces.update" },
  });
  expect(audit.data).toMatchObject({ binRetentionDays: 7, before: { binRetentionDays: 30 } });
  expect(await previewRetention(tenant.scope, { spaceId: tenant.spaceId, days: 365 })).toMatchObject({
    dueAtOnce: { entryCount: 0 },
  });
});
