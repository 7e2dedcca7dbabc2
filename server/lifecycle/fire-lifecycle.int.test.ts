import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { newId } from "@/server/platform/new-id";
import { closeQueues } from "@/server/platform/queue/enqueue";
import { allowReclaims } from "@/server/platform-settings/allow-reclaims";
import { stopAllReclaims } from "@/server/platform-settings/stop-all-reclaims";
import { changeTagQuota } from "@/server/workspaces/change-tag-quota";
import { setConsoleEnv } from "@/testing/console-env";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { testRedisUrl } from "@/testing/redis";
import { createTestUser } from "@/testing/signed-in";
import { createTestTenant, type TestTenant } from "@/testing/tenant";
import { fireLifecycle } from "./fire-lifecycle";
import { getLifecycle } from "./get-lifecycle";
import { runLifecycle } from "./run-lifecycle";
import { setLifecycle } from "./set-lifecycle";
import { setSpaceLifecycle } from "./set-space-lifecycle";

let database: TestDatabase;
let tenant: TestTenant;
const NOW = new Date("2026-03-01T12:00:00.000Z");
const after = (hours: number) => new Date(NOW.getTime() + hours * 3_600_000);

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
  // Whatever earlier tests left must not fire again in this one.
  await prisma().lifecyclePolicy.deleteMany({});
  tenant = await createTestTenant();
});

async function holdTags(count: number): Promise<void> {
  const { workspaceId, spaceId, registryId } = tenant;
  await prisma().repository.deleteMany({ where: { spaceId } });
  await prisma().repository.create({
    data: { id: newId("repo"), workspaceId, spaceId, registryId, name: `${spaceId}/app`, tagCount: count },
  });
}
const setQuota = (tagQuota: number) =>
  changeTagQuota(tenant.scope.actor, { workspaceId: tenant.workspaceId, tagQuota });
const enable = () => setLifecycle(tenant.scope, { revision: 0, isEnabled: true, keepLatestTags: 2, keepDays: null });
const runs = () => prisma().run.findMany({ where: { workspaceId: tenant.workspaceId }, orderBy: { createdAt: "asc" } });
const endRuns = () =>
  prisma().run.updateMany({
    where: { workspaceId: tenant.workspaceId },
    data: { status: "succeeded", finishedAt: new Date() },
  });

test("T-05 nothing is cleared below the quota; at the quota a run starts, by the quota and in the policy's name", async () => {
  await enable();
  await setQuota(10);
  await holdTags(9);
  expect(await fireLifecycle(NOW)).toBe(0);
  expect(await runs()).toEqual([]);
  await holdTags(10);
  expect(await fireLifecycle(NOW)).toBe(1);
  const [run] = await runs();
  expect(run).toMatchObject({
    trigger: "quota",
    isDryRun: false,
    kind: "reclaim",
    requestedByName: "Lifecycle policy",
  });
  const options = run?.options as { rules: { lifecycle?: unknown }[] };
  expect(options.rules).toMatchObject([{ lifecycle: { keepLatestTags: 2, keepDays: null } }]);
});

test("T-05 a workspace that stays at its quota fires once in 24 hours, and says when next", async () => {
  await enable();
  await setQuota(1);
  await holdTags(5);
  expect(await fireLifecycle(NOW)).toBe(1);
  await endRuns();
  expect(await fireLifecycle(after(1))).toBe(0);
  expect(await fireLifecycle(after(23.9))).toBe(0);
  expect(await fireLifecycle(after(24))).toBe(1);
  expect(await runs()).toHaveLength(2);
  expect((await getLifecycle(tenant.scope)).lastFiring).toMatchObject({
    ...{ firedAt: after(24).toISOString(), tagCount: 5, tagQuota: 1 },
    outcomes: [{ spaceId: tenant.spaceId, skippedReason: null }],
  });
});

test("T-05 many workers that look at once start one run", async () => {
  await enable();
  await setQuota(1);
  await holdTags(5);
  const started = await Promise.all(Array.from({ length: 8 }, () => fireLifecycle(NOW)));
  expect(started.reduce((sum, count) => sum + count, 0)).toBe(1);
  expect(await runs()).toHaveLength(1);
  expect(await prisma().lifecycleFiring.count({ where: { workspaceId: tenant.workspaceId } })).toBe(1);
});

test("T-05 a firing that a killed worker left half done is gone on with, and no space has two runs", async () => {
  const { workspaceId, registryId } = tenant;
  await enable();
  await setQuota(1);
  await holdTags(5);
  const second = newId("spc");
  await prisma().space.create({ data: { id: second, workspaceId, registryId, name: "second", prefix: "second" } });
  expect(await fireLifecycle(NOW)).toBe(2);
  // As if the worker had died between its two spaces.
  await prisma().lifecycleFiring.updateMany({ where: { workspaceId }, data: { finishedAt: null } });
  await prisma().lifecycleFiringSpace.deleteMany({ where: { spaceId: second } });
  await prisma().run.deleteMany({ where: { spaceId: second } });
  expect(await fireLifecycle(after(0.1))).toBe(1);
  expect((await runs()).map(({ spaceId }) => spaceId).sort()).toEqual([tenant.spaceId, second].sort());
});

test("T-05 a space in which a reclaim runs is waited for, an hour at most, and then skipped with the reason", async () => {
  await enable();
  await setQuota(1);
  await holdTags(5);
  await runLifecycle(tenant.scope);
  expect(await fireLifecycle(NOW)).toBe(0);
  await endRuns();
  expect(await fireLifecycle(after(0.5))).toBe(1);
  expect(await runs()).toHaveLength(2);
  // The day after, it does not end in time.
  expect(await fireLifecycle(after(24))).toBe(0);
  expect(await fireLifecycle(after(25.1))).toBe(0);
  await endRuns();
  expect(await fireLifecycle(after(26))).toBe(0);
  expect((await getLifecycle(tenant.scope)).lastFiring?.outcomes).toMatchObject([
    { runId: null, skippedReason: expect.stringContaining("running already") },
  ]);
});

test("T-05 while reclaims are stopped on the platform nothing fires, what is open waits, and neither is lost to it", async () => {
  await enable();
  await setQuota(1);
  await holdTags(5);
  const { id: userId, name } = await createTestUser("Ada", { isPlatformAdmin: true });
  const ada = {
    kind: "user" as const,
    userId,
    name,
    email: "a@x.example",
    isPlatformAdmin: true,
    sessionId: "ses_x",
    token: null,
  };
  await stopAllReclaims(ada, { reason: "an incident" });
  try {
    expect(await fireLifecycle(NOW)).toBe(0);
    expect((await getLifecycle(tenant.scope)).lastFiring).toBeNull();
    await allowReclaims(ada);
    // Here something runs, so that the firing is open when the next stop comes.
    await runLifecycle(tenant.scope);
    expect(await fireLifecycle(after(1))).toBe(0);
    await endRuns();
    await stopAllReclaims(ada, { reason: "another incident" });
    expect(await fireLifecycle(after(9))).toBe(0);
    expect((await getLifecycle(tenant.scope)).lastFiring?.outcomes).toEqual([]);
  } finally {
    await allowReclaims(ada);
  }
  expect(await fireLifecycle(after(10))).toBe(1);
});

test("T-05 a policy of a space that was removed fires nothing, and begins no 24 hours", async () => {
  const { scope, spaceId } = tenant;
  await setQuota(1);
  await holdTags(5);
  await setSpaceLifecycle(scope, { spaceId, revision: 0, keepLatestTags: 1, keepDays: null });
  await prisma().space.update({ where: { id: spaceId }, data: { removedAt: NOW } });
  expect(await fireLifecycle(NOW)).toBe(0);
  expect(await prisma().lifecycleFiring.count({ where: { workspaceId: tenant.workspaceId } })).toBe(0);
});

test("T-05 a space that was waited for is left alone where the tags fell below the quota meanwhile", async () => {
  await enable();
  await setQuota(5);
  await holdTags(5);
  await runLifecycle(tenant.scope);
  expect(await fireLifecycle(NOW)).toBe(0);
  await endRuns();
  await holdTags(4);
  expect(await fireLifecycle(after(0.5))).toBe(0);
  expect((await getLifecycle(tenant.scope)).lastFiring?.outcomes).toMatchObject([
    { runId: null, skippedReason: expect.stringContaining("below the quota") },
  ]);
});

test("T-05 where a run cannot be started, the firing says what to do", async () => {
  await enable();
  await setQuota(1);
  await holdTags(5);
  await prisma().$executeRaw`
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''broken''; END'`;
  await prisma()
    .$executeRaw`CREATE TRIGGER refuse BEFORE INSERT ON lifecycle_firing_spaces FOR EACH ROW WHEN (NEW.run_id IS NOT NULL) EXECUTE FUNCTION refuse()`;
  try {
    expect(await fireLifecycle(NOW)).toBe(0);
    expect(await fireLifecycle(after(1.1))).toBe(0);
  } finally {
    await prisma().$executeRaw`DROP FUNCTION refuse CASCADE`;
  }
  expect((await getLifecycle(tenant.scope)).lastFiring?.outcomes).toMatchObject([
    { runId: null, skippedReason: expect.stringContaining("Run now") },
  ]);
});

test("T-05 T-03 a policy that is off fires nothing; a repository's own fires without the workspace's, in its space alone", async () => {
  const { scope, workspaceId, spaceId, registryId } = tenant;
  await setQuota(1);
  await holdTags(5);
  await setLifecycle(scope, { revision: 0, isEnabled: false, keepLatestTags: 1, keepDays: null });
  expect(await fireLifecycle(NOW)).toBe(0);
  await prisma().space.create({ data: { id: newId("spc"), workspaceId, registryId, name: "other", prefix: "other" } });
  const repository = `${spaceId}/app`;
  await setSpaceLifecycle(scope, { spaceId, repository, revision: 0, keepLatestTags: 1, keepDays: null });
  expect(await fireLifecycle(NOW)).toBe(1);
  expect(await runs()).toMatchObject([
    { spaceId, options: { rules: [{ lifecycle: { onlyRepository: repository } }] } },
  ]);
});
