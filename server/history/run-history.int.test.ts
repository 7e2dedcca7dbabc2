import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { RunChange } from "@/contracts/run-items";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { setConsoleEnv } from "@/testing/console-env";
import { plansOf } from "@/testing/explained";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { testRedisUrl } from "@/testing/redis";
import { createTestRun, digestOf, rulesOf, type TestItem } from "@/testing/run-items";
import { createTestTenant, type TestTenant } from "@/testing/tenant";
import { compareRuns } from "./compare-runs";
import { getRun } from "./get-run";
import { listRunFacets } from "./list-run-facets";
import { listRunItems } from "./list-run-items";
import { listRuns } from "./list-runs";
import { prunePreviews } from "./prune-previews";
import { listItemsToMove } from "./run-item.store";
import { searchRunItems } from "./search-run-items";

let database: TestDatabase;
let tenant: TestTenant;

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

const START = Date.parse("2026-11-01T12:00:00Z");
const at = (hours: number) => new Date(START + hours * 3_600_000);
const image = (id: number, item: TestItem = {}): TestItem => ({ digest: digestOf(id), ...item });
const kept = (id: number): TestItem => image(id, { action: "keep", state: "kept", reasonCode: "no_rule" });

/** Every change, page by page. */
async function changes(input: { runId: string; against?: string; change?: RunChange }) {
  const found: [RunChange, string][] = [];
  let cursor: string | undefined;
  for (;;) {
    const page = await compareRuns(tenant.scope, { ...input, cursor, limit: 2 });
    found.push(...page.items.map((item): [RunChange, string] => [item.change, item.digest]));
    if (page.nextCursor === null) {
      expect(found).toHaveLength(page.total);
      return { found, totals: page.totals, against: page.against };
    }
    cursor = page.nextCursor;
  }
}

test("N-04 a preview is compared with the last one of the same rules: new, gone, and other verdicts", async () => {
  const tags = ["a", "b", "c"];
  const untag = (id: number, ...selectedTags: string[]) => image(id, { action: "untag", tags, selectedTags });
  const before = await createTestRun(
    tenant,
    [image(1), kept(2), image(3), untag(4, "a"), image(5), kept(6), image(7), untag(8, "a")],
    { createdAt: at(0) },
  );
  // Of other rules, of the same rules but failed, and later than what is looked at: none of them is meant.
  await createTestRun(tenant, [], { createdAt: at(1), options: rulesOf("other") });
  await createTestRun(tenant, [], { createdAt: at(2), status: "failed" });
  const run = await createTestRun(
    tenant,
    [
      kept(1),
      image(2),
      image(3),
      untag(4, "a", "b"),
      kept(6),
      image(7, { state: "left_out" }),
      image(8),
      image(9),
      kept(10),
    ],
    { createdAt: at(3) },
  );
  await createTestRun(tenant, [], { createdAt: at(4) });
  const { found, totals, against } = await changes({ runId: run.id });
  expect(against?.id).toBe(before.id);
  expect(found).toEqual([
    ["now_goes", digestOf(2)],
    ["now_goes", digestOf(8)],
    ["now_kept", digestOf(1)],
    ["now_kept", digestOf(7)],
    ["other_tags", digestOf(4)],
    ["new", digestOf(9)],
    ["new", digestOf(10)],
    ["gone", digestOf(5)],
  ]);
  expect(totals).toEqual({ now_goes: 2, now_kept: 2, other_tags: 1, new: 2, gone: 1, same: 2 });
  const { items } = await compareRuns(tenant.scope, { runId: run.id, change: "now_kept", limit: 1 });
  expect(items[0]).toMatchObject({
    before: { action: "recycle", reasonCode: "selected" },
    after: { action: "keep", state: "kept", reasonCode: "no_rule" },
  });
  expect((await changes({ runId: run.id, change: "gone" })).found).toEqual([["gone", digestOf(5)]]);
});

test("a draft is compared with the rule that it is an edit of, by name; a real run with the preview before it", async () => {
  const saved = await createTestRun(tenant, [kept(1)], { createdAt: at(0), options: rulesOf("old builds") });
  const draft = { name: "old builds", definition: {} };
  const rules = [
    { id: "draft", revision: 0, ...draft },
    { id: "keep", name: "keep", revision: 1, definition: {} },
  ];
  const edited = await createTestRun(tenant, [image(1)], { createdAt: at(1), options: { ruleIds: [], draft, rules } });
  expect(await changes({ runId: edited.id })).toMatchObject({ against: { id: saved.id }, totals: { now_goes: 1 } });
  const real = await createTestRun(tenant, [image(1, { state: "done" })], {
    ...{ createdAt: at(2), isDryRun: false, options: rulesOf("old builds") },
  });
  expect(await changes({ runId: real.id })).toMatchObject({ against: { id: edited.id }, totals: { same: 1 } });
  expect(await changes({ runId: real.id, against: saved.id })).toMatchObject({ totals: { now_goes: 1 } });
});

test("the first preview has nothing before it; what cannot be compared is refused", async () => {
  const run = await createTestRun(tenant, [image(1)]);
  expect(await changes({ runId: run.id })).toMatchObject({ against: null, found: [] });
  const other = await createTestTenant({ name: "other" });
  const foreign = await createTestRun(other, [image(1)]);
  const gc = await createTestRun(tenant, [], { kind: "gc" });
  const pruned = await createTestRun(tenant, [image(1)]);
  await prisma().run.update({ where: { id: pruned.id }, data: { itemsPrunedAt: new Date() } });
  const ask = (runId: string, against?: string) => compareRuns(tenant.scope, { runId, against, limit: 1 });
  await expect(ask(foreign.id)).rejects.toMatchObject({ code: "not_found" });
  await expect(ask(run.id, foreign.id)).rejects.toMatchObject({ code: "not_found" });
  await expect(ask(gc.id)).rejects.toMatchObject({ code: "unprocessable" });
  await expect(ask(run.id, gc.id)).rejects.toMatchObject({ code: "unprocessable" });
  await expect(ask(run.id, pruned.id)).rejects.toMatchObject({ code: "unprocessable" });
});

test("N-11 who took web:1.2 is found for ever, with run, rule and person; what was only planned is not", async () => {
  const took: TestItem = { repositoryName: "acme/web", tags: ["1.2", "latest"], state: "done", ruleId: "tidy up" };
  const run = await createTestRun(tenant, [image(1, took), image(2, { ...took, tags: ["11.23"], state: "failed" })], {
    ...{ isDryRun: false, requestedByName: "Eddi", trigger: "schedule" },
  });
  await createTestRun(tenant, [image(1, { ...took, state: "planned" })]);
  const restore = await createTestRun(tenant, [image(1, { ...took, action: "restore", ruleId: null })], {
    ...{ isDryRun: false, kind: "restore", options: { entryIds: [] } },
  });
  await prisma().runItem.updateMany({
    where: { runId: restore.id },
    data: { updatedAt: new Date(Date.now() + 1_000) },
  });
  const other = await createTestTenant({ name: "other", registryId: tenant.registryId });
  await createTestRun(other, [image(1, took)], { isDryRun: false });
  const find = async (search: string) => {
    const page = await searchRunItems(tenant.scope, { spaceId: tenant.spaceId, search, limit: 100 });
    expect(page).toMatchObject({ total: page.items.length, isTotalCapped: false, nextCursor: null });
    return page.items;
  };
  for (const search of ["web:1.2", "acme/web", "web:", ":latest", "1.2", "WEB:LATE", digestOf(1)]) {
    const found = await find(search);
    expect(
      found.map((one) => one.run.id),
      search,
    ).toEqual([restore.id, run.id]);
    expect(found[1]).toMatchObject({
      ...{ ruleName: "tidy up", run: { requestedByName: "Eddi", trigger: "schedule", kind: "reclaim" } },
      item: { repositoryName: "acme/web", tags: ["1.2", "latest"], action: "recycle" },
    });
  }
  for (const search of ["web:11.23", "api:1.2", "web:1_2", digestOf(2)]) expect(await find(search)).toEqual([]);
});

test("N-11 what was taken is paged latest first, each once", async () => {
  const run = await createTestRun(
    tenant,
    Array.from({ length: 7 }, (_, i) => image(i, { state: "done" })),
    { isDryRun: false },
  );
  for (const ordinal of [0, 1, 2])
    await prisma().runItem.update({
      where: { runId_ordinal: { runId: run.id, ordinal } },
      data: { updatedAt: at(ordinal) },
    });
  await prisma().runItem.updateMany({ where: { runId: run.id, ordinal: { gt: 2 } }, data: { updatedAt: at(9) } });
  const seen: number[] = [];
  let cursor: string | undefined;
  do {
    const page = await searchRunItems(tenant.scope, { spaceId: tenant.spaceId, limit: 2, cursor });
    expect(page.total).toBe(7);
    seen.push(...page.items.map((one) => one.item.ordinal));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  expect(seen).toEqual([3, 4, 5, 6, 2, 1, 0]);
});

test("the history of runs is filtered by kind, trigger, dry, state, rule and person", async () => {
  const make = async (createdAt: Date, run: Parameters<typeof createTestRun>[2]) =>
    (await createTestRun(tenant, [], { createdAt, isDryRun: false, ...run })).id;
  const preview = await make(at(0), { isDryRun: true, options: rulesOf("a") });
  const scheduled = await make(at(1), { trigger: "schedule", options: rulesOf("a", "b"), status: "cancelled" });
  const byHand = await make(at(2), { requestedByName: "Eddi", options: { byHand: "recycle" } });
  const gc = await make(at(3), { kind: "gc", options: { deleteUntagged: true } });
  const list = async (filter: Partial<Parameters<typeof listRuns>[1]>) => {
    const page = await listRuns(tenant.scope, { spaceId: tenant.spaceId, limit: 100, ...filter });
    expect(page.total).toBe(page.items.length);
    return page.items.map((run) => run.id);
  };
  expect(await list({})).toEqual([gc, byHand, scheduled, preview]);
  expect(await list({ kind: "reclaim" })).toEqual([byHand, scheduled, preview]);
  expect(await list({ isDryRun: true })).toEqual([preview]);
  expect(await list({ isDryRun: false, trigger: "manual" })).toEqual([gc, byHand]);
  expect(await list({ trigger: "schedule" })).toEqual([scheduled]);
  expect(await list({ status: "cancelled" })).toEqual([scheduled]);
  expect(await list({ ruleId: "a" })).toEqual([scheduled, preview]);
  expect(await list({ ruleId: "b" })).toEqual([scheduled]);
  expect(await list({ person: "Eddi" })).toEqual([byHand]);
  expect(await list({ person: "Eddi", ruleId: "a" })).toEqual([]);
  expect(await listRunFacets(tenant.scope, { spaceId: tenant.spaceId })).toEqual({
    people: [
      { name: "Ada", count: 3 },
      { name: "Eddi", count: 1 },
    ],
    rules: [
      { id: "a", name: "a", count: 2 },
      { id: "b", name: "b", count: 1 },
    ],
  });
});

test("of previews the last five of each person and rule set keep their verdicts, older ones for seven days, runs for ever", async () => {
  const DAY = 24;
  const now = at(30 * DAY);
  const preview = (hours: number, run: Parameters<typeof createTestRun>[2] = {}) =>
    createTestRun(tenant, [image(1)], { createdAt: at(hours), ...run });
  const old: { id: string }[] = [];
  for (let i = 0; i < 8; i++) old.push(await preview(i));
  const others = [
    await preview(0, { requestedByName: "Eddi" }),
    await preview(0, { options: rulesOf("other") }),
    await createTestRun(tenant, [image(1)], { createdAt: at(-1), isDryRun: false }),
  ];
  // Young ones take no place from the last five, but push older ones out.
  const young = [await preview(29 * DAY), await preview(28 * DAY)];
  const withItems = async (runs: readonly { id: string }[]) => {
    const counts = await Promise.all(runs.map((run) => prisma().runItem.count({ where: { runId: run.id } })));
    return counts.map((count) => count > 0);
  };
  expect(await prunePreviews(now)).toBe(5);
  expect(await prunePreviews(now)).toBe(0);
  expect(await withItems(old)).toEqual([false, false, false, false, false, true, true, true]);
  expect(await withItems([...others, ...young])).toEqual([true, true, true, true, true]);
  const dropped = await getRun(tenant.scope, { runId: old[0]?.id ?? "" });
  expect(dropped).toMatchObject({ itemsPrunedAt: now.toISOString(), status: "succeeded" });
  // Ten of one morning are all kept for a week.
  const morning = await Promise.all(
    Array.from({ length: 10 }, (_, i) => preview(30 * DAY - 1 - i / 60, { options: rulesOf("x") })),
  );
  expect(await prunePreviews(now)).toBe(0);
  expect(await withItems(morning)).not.toContain(false);
  expect(await prunePreviews(at(37 * DAY + 1))).toBe(5);
});

test("N-11 among many items the few that a search names are found by an index, plans and kept images are in none", async () => {
  const run = await createTestRun(tenant, [], { isDryRun: false });
  await prisma().$executeRaw`
    INSERT INTO run_items (run_id, ordinal, workspace_id, action, state, repository_name, digest, kind, tags, selected_tags, reason, members, size_bytes, unique_bytes)
    SELECT ${run.id}, i, ${tenant.workspaceId}, CASE WHEN i % 3 = 0 THEN 'recycle' ELSE 'keep' END, CASE WHEN i % 3 = 0 THEN 'done' ELSE 'kept' END,
      'acme/team' || i % 40 || '/app' || i % 300, 'sha256:' || encode(sha256(i::text::bytea), 'hex'), 'image', ARRAY['build-' || i], '{}', '{"text":""}', '[]', 1, 0
    FROM generate_series(1, 45000) i`;
  await prisma().$executeRaw`ANALYZE run_items`;
  for (const [search, total] of [
    ["team7/app147:build-3447", 1],
    [":build-3447", 5],
    ["app47:", 0],
    [`sha256:${"0".repeat(20)}`, 0],
    ["", 10_000],
  ] as const) {
    const plans = await plansOf(async () => {
      const page = await searchRunItems(tenant.scope, { spaceId: tenant.spaceId, search, limit: 20 });
      if (total > 0) expect([search, page.total]).toEqual([search, total]);
    });
    expect(plans).toHaveLength(2);
    expect(plans[0], search).not.toContain("Seq Scan on run_items");
    // That of what was done, of digests, or of the one run that there is: whatever the statistics of the moment favour.
    expect(plans[0], search).toMatch(/(Index|Bitmap)[^\n]* run_items_/);
  }
}, 120_000);

test("N-11 of many items the few that failed, and those that are moving, are found by an index of their own", async () => {
  const run = await createTestRun(tenant, [], { isDryRun: false });
  await prisma().$executeRaw`
    INSERT INTO run_items (run_id, ordinal, workspace_id, action, state, repository_name, digest, kind, reason, members, size_bytes, unique_bytes)
    SELECT ${run.id}, i, ${tenant.workspaceId}, 'recycle', CASE WHEN i % 9000 = 0 THEN 'failed' WHEN i = 29000 THEN 'moving' WHEN i < 20000 THEN 'done' ELSE 'planned' END,
      'acme/web', 'sha256:' || encode(sha256(i::text::bytea), 'hex'), 'image', '{"text":""}', '[]', 1, 0
    FROM generate_series(1, 30000) i`;
  await prisma().$executeRaw`ANALYZE run_items`;
  const failed = await plansOf(async () => {
    const page = await listRunItems(tenant.scope, { runId: run.id, state: "failed", limit: 20 });
    expect(page.items.map(({ ordinal }) => ordinal)).toEqual([9_000, 18_000, 27_000]);
  });
  expect(failed.join("\n")).toContain("run_items_rare_states_idx");
  const next = await plansOf(async () => {
    expect((await listItemsToMove(run.id, 3)).map(({ ordinal }) => ordinal)).toEqual([29_000, 20_000, 20_001]);
  });
  expect(next.join("\n")).toContain("run_items_moving");
}, 60_000);
