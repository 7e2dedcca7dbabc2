import { once } from "node:events";
import { afterAll, beforeAll, expect, test } from "vitest";
import { applyLimits, strictestLimits } from "@/domain/reclaim/apply-limits";
import { planReclaim } from "@/domain/reclaim/plan-reclaim";
import type { AppliedRule, RuleLimits } from "@/domain/rules/rule";
import { claimRun, type RunRecord } from "@/server/history/run.store";
import { createRunContext, RunStopped } from "@/server/history/run-context";
import { loadSpaceFacts } from "@/server/images/load-space-facts";
import { systemScope } from "@/server/platform/auth/workspace-scope";
import { endBulkConnections } from "@/server/platform/db/bulk-connection";
import { prisma } from "@/server/platform/db/prisma";
import { newId } from "@/server/platform/new-id";
import { requireSpace } from "@/server/spaces/require-space";
import { glob, protect, rule } from "@/testing/artifact-facts";
import { BinSpace, type BinWorld, startBinWorld } from "@/testing/bin-world";
import { fillLargeInventory } from "@/testing/large-inventory";
import { startProgram } from "@/testing/programs";
import { createTestTenant, type TestTenant } from "@/testing/tenant";
import { planRules } from "./plan-rules";
import { graceMs } from "./planned-run";
import { previewReclaim } from "./preview-reclaim";
import { listBlobsHeldElsewhere } from "./reclaim.store";

let world: BinWorld;
let tenant: TestTenant;

beforeAll(async () => {
  world = await startBinWorld();
  tenant = await createTestTenant({ name: "large", prefix: "acme" });
  await fillLargeInventory(tenant, { repositories: 7, imagesPerRepository: 60, tagsPerImage: 2 });
  // Another space of the registry has one of its repositories' images: what they share frees nothing here.
  const other = await createTestTenant({ name: "other", prefix: "other", registryId: tenant.registryId });
  const repositoryId = newId("repo");
  const { workspaceId, spaceId, registryId } = other;
  await prisma().repository.create({
    data: { id: repositoryId, workspaceId, spaceId, registryId, name: "other/app", imageCount: 60 },
  });
  await prisma().$executeRaw`
    INSERT INTO repository_manifests (repository_id, digest, workspace_id, registry_id, pushed_at, pushed_at_source)
    SELECT ${repositoryId}, rm.digest, ${workspaceId}, rm.registry_id, rm.pushed_at, 'storage' FROM repository_manifests rm
    JOIN repositories r ON r.id = rm.repository_id WHERE r.space_id = ${tenant.spaceId} AND r.name LIKE '%/app3'`;
});
afterAll(() => world.stop());

const RULES: AppliedRule[] = [
  rule("candidates", { tags: [glob("v*-rc"), glob("v0.*")], when: [{ kind: "idle", days: 30, clock: "pushed" }] }),
  rule("many", { kinds: "any", when: [{ kind: "beyond", n: 20, order: "pushed" }] }),
  rule("untagged", { state: "untagged", when: [{ kind: "idle", days: 1, clock: "pushed" }] }),
  protect("newest", { when: [{ kind: "among", n: 3, order: "semver" }] }),
];

/** One moment for all: an image's days are counted to it, and two plans are compared. */
const NOW = new Date();

async function ask(rules: readonly AppliedRule[]): Promise<string> {
  const { workspaceId, spaceId, registryId } = tenant;
  const id = newId("run");
  await prisma().run.create({
    data: {
      ...{
        id,
        workspaceId,
        spaceId,
        registryId,
        kind: "reclaim",
        isDryRun: true,
        trigger: "manual",
        requestedByName: "a test",
      },
      ...{ frozenNow: NOW, options: { ruleIds: [], rules: rules.map((one) => ({ ...one })) } },
    },
  });
  return id;
}

async function claim(rules: readonly AppliedRule[]): Promise<RunRecord> {
  const run = await claimRun(await ask(rules), "worker-of-a-test", 30);
  if (run === null) throw new Error("the run was not claimed");
  return run;
}

const contextOf = (run: RunRecord, signal = new AbortController().signal) =>
  createRunContext(run, systemScope(run.workspaceId, { name: "a test" }), signal);
const rowsOf = (runId: string) => prisma().runItem.findMany({ where: { runId }, orderBy: { ordinal: "asc" } });

test.each<{ limits: RuleLimits; threads: number }>([
  { limits: {}, threads: 0 },
  { limits: { maxItems: 40, maxPercentOfRepository: 30 }, threads: 0 },
  { limits: { maxBytes: 2_000_000_000 }, threads: 0 },
  { limits: {}, threads: 1 },
  { limits: {}, threads: 2 },
  { limits: { maxBytes: 2_000_000_000 }, threads: 3 },
])(
  "K-07 what is stored is the plan made of everything at once, within $limits, by $threads threads",
  async ({ limits, threads }) => {
    const rules = RULES.map((one) => ({ ...one, definition: { ...one.definition, limits } }));
    const run = await claim(rules);
    const numbers = await planRules(contextOf(run), await requireSpace(tenant.scope, tenant.spaceId), rules, threads);

    const artifacts = await loadSpaceFacts(tenant.scope, tenant.spaceId);
    const elsewhere = await listBlobsHeldElsewhere(tenant.registryId, tenant.spaceId);
    const isBlobHeldElsewhere = (digest: string) => elsewhere.has(digest);
    const frame = { nowMs: run.frozenNow.getTime(), graceMs: graceMs(), pullTrackingSinceMs: null };
    const plan = planReclaim({ artifacts, rules, ...frame, isBlobHeldElsewhere });
    const limited = applyLimits(plan, strictestLimits(rules.map((one) => one.definition)), {
      artifacts,
      isBlobHeldElsewhere,
    });
    const kept = plan.verdicts.filter((one) => one.verdict.decision === "keep" && !one.isMember);
    const rows = await rowsOf(run.id);
    expect(rows.map((row) => row.ordinal)).toEqual(rows.map((_, at) => at));
    expect(limited.items.length).toBeGreaterThan(10);
    expect(limited.items.some((item) => item.uniqueSizeBytes < item.logicalSizeBytes)).toBe(true);

    const moved = [
      ...limited.items.map((item) => ({ item, state: "planned" })),
      ...limited.leftOut.map(({ item }) => ({ item, state: "left_out" })),
    ];
    expect(
      rows.slice(0, moved.length).map((row) => ({
        ...{
          action: row.action,
          state: row.state,
          repositoryName: row.repositoryName,
          digest: row.digest,
          tags: row.tags,
        },
        ...{ selectedTags: row.selectedTags, members: row.members, ruleId: row.ruleId, pushedAt: row.pushedAt },
        sizes: [row.sizeBytes, row.uniqueBytes, row.ownBytes, row.sharedBytes].map(Number),
      })),
    ).toEqual(
      moved.map(({ item, state }) => ({
        ...{ action: item.action === "reclaim" ? "recycle" : "untag", state },
        ...{ repositoryName: item.repositoryName, digest: item.digest, tags: item.tags },
        ...{ selectedTags: item.selectedTags, members: item.members, ruleId: item.hits[0]?.ruleId },
        pushedAt: item.pushedAt === null ? null : new Date(item.pushedAt),
        sizes: [item.logicalSizeBytes, item.uniqueSizeBytes, item.ownSizeBytes, item.sharedSizeBytes],
      })),
    );
    const stays = rows.slice(moved.length);
    expect(stays.map((row) => [row.action, row.state, row.repositoryName, row.digest, row.reasonCode])).toEqual(
      kept.map((one) => ["keep", "kept", one.repositoryName, one.digest, one.verdict.reason.code]),
    );
    for (const row of stays) expect(row.ownBytes + row.sharedBytes).toBe(row.sizeBytes);
    expect(stays.find((row) => row.reasonCode === "protected")?.ruleId).toBe("newest");
    expect(numbers).toEqual({
      ...{ itemsTotal: moved.length, itemsKept: kept.length, tagsTotal: limited.totals.tags },
      ...{ logicalBytes: limited.totals.logicalBytes, uniqueBytes: limited.totals.freedBytes },
      itemsLeftOut: limited.leftOut.length,
    });
  },
);

test("K-07 threads of a built worker plan what is planned without any", async () => {
  const id = await ask(RULES);
  expect(await once(startProgram("plan-in-threads", [id]), "exit")).toEqual([0, null]);
  const run = await claim(RULES);
  await planRules(contextOf(run), await requireSpace(tenant.scope, tenant.spaceId), RULES, 0);
  const [built, plain] = [await rowsOf(id), await rowsOf(run.id)];
  expect(built.length).toBeGreaterThan(400);
  expect(built.map(({ runId: _, updatedAt: _when, ...row }) => row)).toEqual(
    plain.map(({ runId: _, updatedAt: _when, ...row }) => row),
  );
});

test("K-07 a preview says what a run at that moment does", async () => {
  const space = await BinSpace.create(world);
  for (let i = 0; i < 4; i++) await space.push(await space.image(`p${i}`), `v${i}`);
  await space.crawl();
  const ruleId = await space.rule(["v0", "v1", "v2"], { limits: { maxItems: 2 } });
  const preview = await space.execute(
    (await previewReclaim(space.scope, { spaceId: space.spaceId, ruleIds: [ruleId] })).id,
  );
  expect(preview.run.totals).toMatchObject({ itemsTotal: 3, itemsLeftOut: 1, itemsKept: 1 });
  const run = await space.execute(await space.start(ruleId));
  expect(run.run).toMatchObject({ status: "partial_limit" });
  const said = async (runId: string) =>
    (await rowsOf(runId)).map((row) => ({
      ...{ action: row.action, digest: row.digest, tags: row.tags, selectedTags: row.selectedTags, ruleId: row.ruleId },
      ...{ isDone: row.state === "planned" || row.state === "done", code: row.reasonCode, members: row.members },
      ...{ sizeBytes: row.sizeBytes, uniqueBytes: row.uniqueBytes, ownBytes: row.ownBytes },
    }));
  const previewed = await said(preview.run.id);
  expect(previewed.map((row) => row.isDone)).toEqual([true, true, false, false]);
  expect(await said(run.run.id)).toEqual(previewed);
  expect(await space.tags()).toHaveLength(2);
});

test.each([0, 2])(
  "a worker whose run was given to another one stores nothing of its plan, by %i threads",
  async (threads) => {
    const run = await claim(RULES);
    await prisma().run.update({ where: { id: run.id }, data: { epoch: { increment: 1 } } });
    const space = await requireSpace(tenant.scope, tenant.spaceId);
    await expect(planRules(contextOf(run), space, RULES, threads)).rejects.toMatchObject(new RunStopped("fenced"));
    expect(await rowsOf(run.id)).toEqual([]);
  },
);

test.each([0, 2])("a cancel ends planning in the middle, by %i threads, and nothing is stored", async (threads) => {
  const run = await claim(RULES);
  await endBulkConnections();
  await expect.poll(() => countBulkConnections(), { timeout: 10_000 }).toBe(0);
  const stop = new AbortController();
  const space = await requireSpace(tenant.scope, tenant.spaceId);
  const planning = planRules(contextOf(run, stop.signal), space, RULES, threads);
  // The reader's transaction shows that planning is under way; a thread has one of its own.
  await expect
    .poll(() => countBulkConnections(), { timeout: 20_000, interval: 1 })
    .toBeGreaterThan(threads === 0 ? 0 : 1);
  stop.abort(new RunStopped("cancelled"));
  await expect(planning).rejects.toMatchObject({ reason: "cancelled" });
  expect(await rowsOf(run.id)).toEqual([]);
  await expect.poll(() => countBulkConnections(), { timeout: 10_000 }).toBe(0);
});

async function countBulkConnections(): Promise<number> {
  const [row] = await prisma().$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM pg_stat_activity WHERE application_name = 'reclaim-bulk' AND datname = current_database()`;
  return row?.count ?? 0;
}
