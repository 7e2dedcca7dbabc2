import { afterAll, beforeAll, expect, test } from "vitest";
import type { RuleDefinition } from "@/domain/rules/rule";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { newId } from "@/server/platform/new-id";
import { closeQueues } from "@/server/platform/queue/enqueue";
import { createRule } from "@/server/rules/create-rule";
import { getRule } from "@/server/rules/get-rule";
import { setConsoleEnv } from "@/testing/console-env";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { startTestRedis, type TestRedis } from "@/testing/redis";
import { createTestTenant, type TestTenant } from "@/testing/tenant";
import { reconcile } from "./reconcile";
import { startWorker } from "./start-worker";

let database: TestDatabase;
let redis: TestRedis;
let tenant: TestTenant;

beforeAll(async () => {
  database = await createTestDatabase();
  redis = await startTestRedis();
  setConsoleEnv({ databaseUrl: database.url, redisUrl: redis.url });
  tenant = await createTestTenant();
});
afterAll(async () => {
  await closeQueues();
  await disconnectPrisma();
  await redis?.stop();
  await database.drop();
});

const EVERY_HOUR: RuleDefinition = {
  effect: "reclaim",
  select: {
    repositories: { include: [], exclude: [] },
    tags: { include: [], exclude: [] },
    state: "any",
    kinds: "any",
  },
  when: [],
  schedule: { kind: "cron", expression: "0 * * * *", timeZone: "UTC" },
  limits: {},
  allowLastArtifact: false,
};

test("N-16 a worker that starts fires what came due while none was there, and executes it", async () => {
  const { scope, spaceId } = tenant;
  const { id } = await createRule(scope, { spaceId, name: "hourly", definition: EVERY_HOUR, isEnabled: true });
  const lastHour = new Date(Math.floor(Date.now() / 3_600_000) * 3_600_000);
  await prisma().reclaimRule.update({ where: { id }, data: { armedRevision: 1, nextRunAt: lastHour } });
  const shutdown = new AbortController();
  const worker = await startWorker({ workerId: "a test", shutdown: shutdown.signal });
  try {
    const runs = () => prisma().run.findMany({ where: { spaceId } });
    await expect.poll(runs, { timeout: 30_000 }).toMatchObject([{ trigger: "schedule" }]);
    await expect.poll(async () => (await runs())[0]?.finishedAt, { timeout: 30_000 }).not.toBeNull();
    const rule = await getRule(scope, { spaceId, ruleId: id });
    expect(rule.lastFiring).toMatchObject({ outcome: "started", scheduledFor: lastHour.toISOString() });
    expect(Date.parse(rule.nextRunAt ?? "")).toBeGreaterThan(Date.now());
  } finally {
    shutdown.abort();
    await worker.close();
  }
});

test("N-10 while reclaims are stopped nothing is purged because its time is up; afterwards it is", async () => {
  const { workspaceId, spaceId, registryId } = tenant;
  const never = new AbortController().signal;
  const entryId = newId("bin");
  const name = "acme/app";
  await prisma().binEntry.create({
    data: {
      ...{ id: entryId, workspaceId, spaceId, registryId, state: "held", repositoryName: name, kind: "image" },
      ...{ binRepositoryName: `recyclebin/${spaceId}/app`, digest: `sha256:${"0".repeat(64)}`, mediaType: "x" },
      ...{
        sizeBytes: 1,
        reason: {},
        actorName: "a test",
        runId: "run_x",
        purgeAfter: new Date(0),
        recycledAt: new Date(0),
      },
    },
  });
  const purges = () => prisma().run.count({ where: { spaceId, kind: "purge" } });
  await prisma().platformSettings.update({
    where: { id: 1 },
    data: { reclaimStoppedAt: new Date(), reclaimStoppedByName: "Ada", reclaimStopReason: "wrong images go" },
  });
  await reconcile(never);
  expect(await purges()).toBe(0);
  await prisma().platformSettings.update({
    where: { id: 1 },
    data: { reclaimStoppedAt: null, reclaimStoppedByName: null, reclaimStopReason: null },
  });
  await reconcile(never);
  expect(await purges()).toBe(1);
});
