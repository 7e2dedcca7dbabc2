import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { RUN_ITEM_SORTS, type RunItemFilterDto, type RunItemSort } from "@/contracts/run-items";
import { disconnectPrisma } from "@/server/platform/db/prisma";
import { setConsoleEnv } from "@/testing/console-env";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { testRedisUrl } from "@/testing/redis";
import { createTestRun, expectedItems, type TestItem, testItem } from "@/testing/run-items";
import { createTestTenant, type TestTenant } from "@/testing/tenant";
import { downloadRunItems } from "./download-run-items";
import { listRunItems } from "./list-run-items";
import { summarizeRunItems } from "./summarize-run-items";

let database: TestDatabase;
let tenant: TestTenant;
const facts = { signal: new AbortController().signal };

beforeAll(async () => {
  database = await createTestDatabase();
  setConsoleEnv({ databaseUrl: database.url, redisUrl: testRedisUrl() });
});
afterAll(async () => {
  await disconnectPrisma();
  await database.drop();
});
beforeEach(async () => {
  tenant = await createTestTenant();
});

async function allPages(
  runId: string,
  limit: number,
  filter: RunItemFilterDto,
  sort: RunItemSort,
  order: "asc" | "desc",
) {
  const ordinals: number[] = [];
  let cursor: string | undefined;
  let total: number | undefined;
  do {
    const page = await listRunItems(tenant.scope, { runId, ...filter, sort, order, limit, cursor });
    expect(page.items.length).toBeLessThanOrEqual(limit);
    total ??= page.total;
    expect(page.total).toBe(total);
    ordinals.push(...page.items.map((item) => item.ordinal));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return { ordinals, total };
}

const NOW = new Date("2026-11-01T12:00:00Z");
const daysAgo = (days: number) => new Date(NOW.getTime() - days * 86_400_000).toISOString();
const itemArbitrary: fc.Arbitrary<TestItem> = fc.record({
  action: fc.constantFrom("recycle", "untag", "keep"),
  state: fc.constantFrom("planned", "done", "kept", "left_out", "failed"),
  repositoryName: fc.constantFrom("acme/web", "acme/Web-Admin", "acme/api_1", "acme/50%"),
  kind: fc.constantFrom("image", "index", "chart"),
  tags: fc.uniqueArray(fc.constantFrom("1.2", "latest", "pr-7", "PR-8", "100%"), { maxLength: 3 }),
  reasonCode: fc.constantFrom("selected", "pinned", "child_of"),
  ruleId: fc.constantFrom(null, "rul_a", "rul_b"),
  hits: fc.constantFrom(undefined, [], ["rul_a"], ["rul_b", "rul_a"]),
  sizeBytes: fc.constantFrom(0, 10, 5_000, 9_007_199_254_740_991),
  uniqueBytes: fc.integer({ min: 0, max: 100 }),
  ownBytes: fc.constantFrom(0, 7, 8),
  sharedBytes: fc.constantFrom(0, 3),
  pushedAt: fc.constantFrom(null, daysAgo(0), daysAgo(30), daysAgo(31), "1969-12-31T23:00:00.000Z"),
  lastPulledAt: fc.constantFrom(null, daysAgo(1), daysAgo(90)),
});
const optional = <T>(...values: T[]) => fc.option(fc.constantFrom(...values), { nil: undefined, freq: 3 });
const filterArbitrary: fc.Arbitrary<RunItemFilterDto> = fc.record(
  {
    action: optional("going", "recycle", "untag", "keep"),
    state: optional("planned", "kept", "left_out"),
    ruleId: optional("rul_a", "rul_none"),
    reason: optional("selected", "pinned"),
    kind: optional("image", "chart"),
    repository: optional("acme/web", "acme"),
    minBytes: optional(0, 11),
    maxBytes: optional(10, 9_007_199_254_740_991),
    olderThanDays: optional(0, 30),
    youngerThanDays: optional(30, 400),
    search: optional("web", "WEB", "1.2", "web:1.2", ":pr-", "api_", "0%", "sha256:00", "web:"),
  },
  { requiredKeys: [] },
);

test("N-04 whatever the filter, the order and the page size: the same items as by hand, each once", async () => {
  const property = fc.asyncProperty(
    fc.array(itemArbitrary, { maxLength: 40 }),
    fc.array(fc.tuple(filterArbitrary, fc.constantFrom(...RUN_ITEM_SORTS), fc.constantFrom("asc", "desc")), {
      minLength: 6,
      maxLength: 6,
    }),
    fc.integer({ min: 1, max: 17 }),
    async (items, questions, limit) => {
      const run = await createTestRun(tenant, items, { createdAt: NOW });
      const written = items.map(testItem);
      for (const [filter, sort, order] of questions) {
        const expected = expectedItems(written, filter, sort, order, NOW);
        const found = await allPages(run.id, limit, filter, sort, order);
        expect(found).toEqual({ ordinals: expected.map((item) => item.ordinal), total: expected.length });
        const { totals } = await summarizeRunItems(tenant.scope, { runId: run.id, ...filter });
        const sum = (of: (item: (typeof expected)[number]) => number) =>
          expected.reduce((all, item) => all + of(item), 0);
        expect({ ...totals, logicalBytes: 0 }).toEqual({
          ...{ images: expected.length, tags: sum((item) => item.selectedTags.length), logicalBytes: 0 },
          uniqueBytes: sum((item) => item.uniqueBytes),
        });
      }
    },
  );
  await fc.assert(property, { numRuns: 25 });
}, 180_000);

test("a cursor of another order, or of nothing, begins at the first page", async () => {
  const run = await createTestRun(tenant, [{ sizeBytes: 3 }, { sizeBytes: 1 }, { sizeBytes: 2 }]);
  const ask = { runId: run.id, limit: 1 };
  const first = await listRunItems(tenant.scope, { ...ask, sort: "size" });
  expect(first.items[0]?.ordinal).toBe(1);
  for (const cursor of ["x", btoa('["size","asc","1; DROP","0"]'), btoa('["size","asc","12345678901234567890","0"]')]) {
    expect((await listRunItems(tenant.scope, { ...ask, sort: "size", cursor })).items[0]?.ordinal).toBe(1);
  }
  const cursor = first.nextCursor ?? "";
  expect((await listRunItems(tenant.scope, { ...ask, sort: "size", cursor })).items[0]?.ordinal).toBe(2);
  expect((await listRunItems(tenant.scope, { ...ask, sort: "size", order: "desc", cursor })).items[0]?.ordinal).toBe(0);
  expect((await listRunItems(tenant.scope, { ...ask, cursor })).items[0]?.ordinal).toBe(0);
});

test("N-04 own and shared bytes are shown where they were measured, and not as zero where they were not", async () => {
  const run = await createTestRun(tenant, [
    { ownBytes: 5, sharedBytes: 0 },
    { action: "untag", tags: ["a"] },
    { action: "keep", state: "kept" },
  ]);
  const { items } = await listRunItems(tenant.scope, { runId: run.id, limit: 10 });
  expect(items.map((item) => [item.ownBytes, item.sharedBytes])).toEqual([
    [5, 0],
    [null, null],
    [null, null],
  ]);
});

test("N-04 what can be filtered by is counted over the whole run, whatever the filter is", async () => {
  const run = await createTestRun(tenant, [
    { ruleId: "rul_a", repositoryName: "acme/web", hits: ["rul_a", "rul_b"] },
    { ruleId: "rul_a", repositoryName: "acme/web", action: "untag" },
    { action: "keep", state: "kept", reasonCode: "pinned", kind: "index", repositoryName: "acme/api" },
  ]);
  const { facets } = await summarizeRunItems(tenant.scope, { runId: run.id, action: "keep" });
  expect(facets).toEqual({
    actions: [
      { value: "keep", count: 1 },
      { value: "recycle", count: 1 },
      { value: "untag", count: 1 },
    ],
    states: [
      { value: "planned", count: 2 },
      { value: "kept", count: 1 },
    ],
    reasons: [
      { value: "selected", count: 2 },
      { value: "pinned", count: 1 },
    ],
    rules: [
      { value: "rul_a", count: 2 },
      { value: "rul_b", count: 1 },
    ],
    kinds: [
      { value: "image", count: 2 },
      { value: "index", count: 1 },
    ],
    repositories: [
      { value: "acme/web", count: 2 },
      { value: "acme/api", count: 1 },
    ],
  });
});

test("N-04 the download has every line of the filter, in its order, and nothing that a spreadsheet would run", async () => {
  const items: TestItem[] = Array.from({ length: 4_500 }, (_, i) => ({
    ...{ tags: [`v${i}`], ruleId: "tidy up", sizeBytes: (i * 7_919) % 4_500, pushedAt: daysAgo(i % 50) },
    ...(i % 3 === 0 ? { action: "keep" as const, state: "kept" as const, ruleId: null } : {}),
  }));
  items.push({
    tags: ["=cmd|'/c calc'!A1"],
    repositoryName: "@acme",
    reasonText: 'kept: "so", says\nAda',
    sizeBytes: 9_999,
  });
  const run = await createTestRun(tenant, items, { createdAt: NOW });
  const ask = { runId: run.id, action: "going", sort: "size", order: "desc" } as const;
  const file = await downloadRunItems(tenant.scope, ask, facts);
  expect(file.name).toBe(`preview-2026-11-01-${run.id}.csv`);
  const lines = (await new Response(file.body).text()).split("\r\n");
  const found = expectedItems(items.map(testItem), { action: "going" }, "size", "desc", NOW);
  expect(lines).toHaveLength(found.length + 2);
  expect(lines[0]).toMatch(/^repository,digest,kind,tags,/);
  expect(lines[1]).toContain(`'@acme,`);
  expect(lines[1]).toContain(`,'=cmd|'/c calc'!A1,`);
  expect(lines[1]).toContain('"kept: ""so"", says\nAda"');
  expect(lines.slice(1, -1).map((line) => line.split(",")[1])).toEqual(found.map((item) => item.digest));
  const second = found[1];
  const age = second?.pushedAt ? Math.floor((NOW.getTime() - Date.parse(second.pushedAt)) / 86_400_000) : 0;
  expect(lines[2]).toBe(
    `acme/web,${second?.digest},image,${second?.tags[0]},${second?.tags[0]},recycle,planned,tidy up,1,selected,` +
      `reclaimed by rule *tidy up*,${second?.pushedAt},${age},,0,${second?.sizeBytes},0,,,`,
  );
});

test("a run of another workspace is not there", async () => {
  const run = await createTestRun(tenant, [{}]);
  const other = await createTestTenant({ name: "other" });
  const ask = { runId: run.id, limit: 1 };
  const notThere = { code: "not_found" };
  await expect(listRunItems(other.scope, ask)).rejects.toMatchObject(notThere);
  await expect(summarizeRunItems(other.scope, { runId: run.id })).rejects.toMatchObject(notThere);
  await expect(
    downloadRunItems(other.scope, { runId: run.id, sort: "plan", order: "asc" }, facts),
  ).rejects.toMatchObject(notThere);
});
