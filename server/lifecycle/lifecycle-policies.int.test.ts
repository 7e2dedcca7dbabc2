import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { newId } from "@/server/platform/new-id";
import { closeQueues } from "@/server/platform/queue/enqueue";
import { previewReclaim } from "@/server/reclaim/preview-reclaim";
import { changeTagQuota } from "@/server/workspaces/change-tag-quota";
import { tagUsage } from "@/server/workspaces/tag-usage";
import { setConsoleEnv } from "@/testing/console-env";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { testRedisUrl } from "@/testing/redis";
import { createTestTenant, type TestTenant } from "@/testing/tenant";
import { getLifecycle } from "./get-lifecycle";
import { getSpaceLifecycle } from "./get-space-lifecycle";
import { previewSpaceLifecycle } from "./preview-space-lifecycle";
import { removeSpaceLifecycle } from "./remove-space-lifecycle";
import { runLifecycle } from "./run-lifecycle";
import { setLifecycle } from "./set-lifecycle";
import { setSpaceLifecycle } from "./set-space-lifecycle";
import { tryLifecycle } from "./try-lifecycle";

let database: TestDatabase;
let tenant: TestTenant;

beforeAll(async () => {
  database = await createTestDatabase();
  setConsoleEnv({ databaseUrl: database.url, redisUrl: testRedisUrl() });
});
afterAll(async () => {
  await closeQueues();
  await disconnectPrisma();
  await database.drop();
});
beforeEach(async () => {
  tenant = await createTestTenant();
});

/** A repository with that many tags, and one fallback tag of a signature. */
async function fillRepository(name: string, tags: number): Promise<void> {
  const { workspaceId, spaceId, registryId } = tenant;
  const id = newId("repo");
  await prisma().repository.create({ data: { id, workspaceId, spaceId, registryId, name, tagCount: tags + 1 } });
  const digest = `sha256:${"1".repeat(64)}`;
  const names = [...Array.from({ length: tags }, (_, at) => `v${at}`), `sha256-${"2".repeat(64)}.sig`];
  await prisma().tag.createMany({
    data: names.map((tag) => ({ repositoryId: id, workspaceId, name: tag, digest, pushedAt: new Date() })),
  });
}

const keep = (keepLatestTags: number | null, keepDays: number | null = null) => ({ keepLatestTags, keepDays });
const actor = () => tenant.scope.actor;

test("T-07 T-11 a workspace's policy is saved whole, switched off without being lost, and its change recorded with who made it", async () => {
  expect((await getLifecycle(tenant.scope)).policy).toBeNull();
  const saved = await setLifecycle(tenant.scope, { revision: 0, isEnabled: true, ...keep(30, 14) });
  expect(saved.policy).toMatchObject({
    ...{ isEnabled: true, keepLatestTags: 30, keepDays: 14, revision: 1, updatedByName: "a test" },
    keepText: "the latest 30 tags, and tags of the last 14 days",
  });
  const off = await setLifecycle(tenant.scope, { revision: 1, isEnabled: false, ...keep(30, 14) });
  expect(off.policy).toMatchObject({ isEnabled: false, keepLatestTags: 30, revision: 2 });
  const events = await prisma().auditEvent.findMany({
    where: { workspaceId: tenant.workspaceId, resourceType: "lifecycle-policy" },
  });
  expect(events.map(({ action }) => action)).toEqual(["lifecycle.set", "lifecycle.set"]);
});

test("T-11 who edited an older revision, or made one at the same time, is told and overwrites nothing", async () => {
  await setLifecycle(tenant.scope, { revision: 0, isEnabled: true, ...keep(30) });
  await setLifecycle(tenant.scope, { revision: 1, isEnabled: true, ...keep(40) });
  const stale = setLifecycle(tenant.scope, { revision: 1, isEnabled: true, ...keep(1) });
  await expect(stale).rejects.toMatchObject({ code: "conflict" });
  expect((await getLifecycle(tenant.scope)).policy?.keepLatestTags).toBe(40);
  const { spaceId } = tenant;
  const both = await Promise.allSettled(
    [1, 2].map((n) => setSpaceLifecycle(tenant.scope, { spaceId, revision: 0, ...keep(n) })),
  );
  expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
});

test("T-09 N may be as large as the quota and no larger, on every level; the platform's admin sets the quota", async () => {
  const { scope, workspaceId, spaceId } = tenant;
  expect((await getLifecycle(scope)).tagQuota).toBe(5_000);
  await changeTagQuota(actor(), { workspaceId, tagQuota: 12 });
  const tooMany = { code: "unprocessable", errors: [{ path: "keepLatestTags" }] };
  await expect(setLifecycle(scope, { revision: 0, isEnabled: true, ...keep(13, 5) })).rejects.toMatchObject(tooMany);
  await expect(setSpaceLifecycle(scope, { spaceId, revision: 0, ...keep(13) })).rejects.toMatchObject(tooMany);
  await expect(tryLifecycle(scope, keep(13))).rejects.toMatchObject(tooMany);
  await expect(previewSpaceLifecycle(scope, { spaceId, ...keep(13) })).rejects.toMatchObject(tooMany);
  expect((await setLifecycle(scope, { revision: 0, isEnabled: true, ...keep(12) })).policy?.keepLatestTags).toBe(12);
  // A smaller quota later leaves the policy as it is, which keeps more than it would have to; the next edit has to fit.
  await changeTagQuota(actor(), { workspaceId, tagQuota: 10 });
  expect(await getLifecycle(scope)).toMatchObject({ tagQuota: 10, policy: { keepLatestTags: 12 } });
  const again = setLifecycle(scope, { revision: 1, isEnabled: true, ...keep(12) });
  await expect(again).rejects.toMatchObject(tooMany);
});

test("T-07 a policy that is on and reserves nothing is refused by the API and by the database", async () => {
  const { scope, workspaceId } = tenant;
  const nothing = setLifecycle(scope, { revision: 0, isEnabled: true, ...keep(null) });
  await expect(nothing).rejects.toMatchObject({ code: "unprocessable" });
  const row = { id: newId("policy"), workspaceId, updatedByName: "x" };
  const bare = prisma().lifecyclePolicy.create({ data: { ...row, isEnabled: true } });
  await expect(bare).rejects.toThrow(/reserves_check/);
  const zero = prisma().lifecyclePolicy.create({ data: { ...row, isEnabled: true, keepLatestTags: 0 } });
  await expect(zero).rejects.toThrow(/keep_latest_tags_check/);
});

test("T-01 T-03 T-04 a repository has the closest policy of its own, its space's and its workspace's, and falls back where that is removed", async () => {
  const { scope, spaceId } = tenant;
  const repository = "acme/web";
  await fillRepository(repository, 3);
  await fillRepository("acme/api", 1);
  const at = (name?: string) => getSpaceLifecycle(scope, { spaceId, ...(name ? { repository: name } : {}) });
  expect(await at(repository)).toMatchObject({ own: null, effective: null, inherited: null, tagCount: 3 });
  await setLifecycle(scope, { revision: 0, isEnabled: true, ...keep(9) });
  expect(await at(repository)).toMatchObject({ own: null, effective: { level: "workspace", keepLatestTags: 9 } });
  await setSpaceLifecycle(scope, { spaceId, revision: 0, ...keep(8) });
  expect(await at(repository)).toMatchObject({ own: null, effective: { level: "space", keepLatestTags: 8 } });
  expect(await at()).toMatchObject({ own: { level: "space" }, inherited: { level: "workspace" }, tagCount: 4 });
  const own = await setSpaceLifecycle(scope, { spaceId, repository, revision: 0, ...keep(null, 7) });
  expect(own).toMatchObject({
    ...{ own: { level: "repository", keepDays: 7 }, effective: { level: "repository", keepDays: 7 } },
    ...{ inherited: { level: "space" }, tagCount: 3, workspaceTagCount: 4 },
  });
  expect(await at("acme/api")).toMatchObject({ own: null, effective: { level: "space" } });
  expect((await getLifecycle(scope)).overrides.map(({ level }) => level)).toEqual(["space", "repository"]);
  const removed = await removeSpaceLifecycle(scope, { spaceId, repository });
  expect(removed).toMatchObject({ own: null, effective: { level: "space", keepLatestTags: 8 } });
  await removeSpaceLifecycle(scope, { spaceId });
  expect(await at(repository)).toMatchObject({ own: null, effective: { level: "workspace" } });
});

test("T-03 a repository that is not there has no policy; one that is gone keeps its own until that is removed", async () => {
  const { scope, spaceId } = tenant;
  const place = { spaceId, repository: "acme/none" };
  await expect(setSpaceLifecycle(scope, { ...place, revision: 0, ...keep(1) })).rejects.toMatchObject({
    code: "not_found",
  });
  await fillRepository("acme/gone", 1);
  const gone = { spaceId, repository: "acme/gone" };
  await setSpaceLifecycle(scope, { ...gone, revision: 0, ...keep(1) });
  await prisma().repository.deleteMany({ where: { spaceId } });
  expect((await getSpaceLifecycle(scope, gone)).own).not.toBeNull();
  await removeSpaceLifecycle(scope, gone);
  await expect(getSpaceLifecycle(scope, gone)).rejects.toMatchObject({ code: "not_found" });
});

test("T-05 T-14 the count that meets the quota is of tags, of the own spaces alone, without fallback tags of signatures", async () => {
  await fillRepository("acme/web", 4);
  await fillRepository("acme/api", 2);
  expect(await tagUsage(tenant.workspaceId)).toEqual({ count: 6, quota: 5_000 });
  await prisma().space.update({ where: { id: tenant.spaceId }, data: { removedAt: new Date() } });
  expect((await tagUsage(tenant.workspaceId)).count).toBe(0);
  expect(await tagUsage("ws_nothing")).toEqual({ count: 0, quota: 0 });
});

test("T-02 a run of the policies by hand and a preview cover every own space that one counts in, and no other", async () => {
  const { scope, workspaceId, registryId } = tenant;
  await expect(runLifecycle(scope)).rejects.toMatchObject({ code: "unprocessable" });
  const second = newId("spc");
  await prisma().space.create({ data: { id: second, workspaceId, registryId, name: "second", prefix: "second" } });
  await createTestTenant({ name: "stranger", registryId });
  const tried = await tryLifecycle(scope, keep(3));
  expect(tried.outcomes.map(({ spaceId }) => spaceId).sort()).toEqual([tenant.spaceId, second].sort());
  const dry = await prisma().run.findMany({ where: { workspaceId } });
  expect(dry.map((run) => run.isDryRun)).toEqual([true, true]);
  await setSpaceLifecycle(scope, { spaceId: second, revision: 0, ...keep(1) });
  expect((await runLifecycle(scope)).outcomes.map(({ spaceId }) => spaceId)).toEqual([second]);
  // A run of it is under way: the second one says so.
  expect((await runLifecycle(scope)).outcomes).toMatchObject([
    { spaceId: second, runId: null, skippedReason: expect.stringContaining("running already") },
  ]);
  const run = await prisma().run.findFirstOrThrow({ where: { spaceId: second, isDryRun: false } });
  expect(run).toMatchObject({ kind: "reclaim", isDryRun: false });
});

test("N-17 previews of rules are untouched by policies, which run on their own", async () => {
  const { scope, spaceId } = tenant;
  await setLifecycle(scope, { revision: 0, isEnabled: true, ...keep(1) });
  await expect(
    previewReclaim(scope, { spaceId, ruleIds: [(await getLifecycle(scope)).policy?.id ?? ""] }),
  ).rejects.toMatchObject({ code: "not_found" });
});
