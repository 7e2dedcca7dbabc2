import { afterAll, beforeAll, expect, test } from "vitest";
import { BlobTable } from "@/domain/reclaim/blob-table";
import { SpacePlan } from "@/domain/reclaim/space-plan";
import { PlanSpool } from "@/server/history/run-journal";
import { listRepositoriesToRead } from "@/server/images/list-repositories-to-read";
import { withBulkConnection } from "@/server/platform/db/bulk-connection";
import { disconnectPrisma } from "@/server/platform/db/prisma";
import { setConsoleEnv } from "@/testing/console-env";
import { fillLargeInventory } from "@/testing/large-inventory";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { testRedisUrl } from "@/testing/redis";
import { createTestTenant, type TestTenant } from "@/testing/tenant";
import { decideInThreads } from "./decide-in-threads";

let database: TestDatabase;
let tenant: TestTenant;
beforeAll(async () => {
  database = await createTestDatabase();
  setConsoleEnv({ databaseUrl: database.url, redisUrl: testRedisUrl() });
  tenant = await createTestTenant({ name: "acme", prefix: "acme" });
  await fillLargeInventory(tenant, { repositories: 3, imagesPerRepository: 20, tagsPerImage: 2 });
});
afterAll(async () => {
  await disconnectPrisma();
  await database.drop();
});

test.each([
  { memory: { maxOldGenerationSizeMb: 128 }, isDone: true },
  { memory: { maxOldGenerationSizeMb: 1 }, isDone: false },
])(
  "threads with $memory.maxOldGenerationSizeMb MB: all of it is planned, or nothing ($isDone)",
  async ({ memory, isDone }) => {
    const signal = new AbortController().signal;
    const run = { id: "run_1", workspaceId: tenant.workspaceId };
    const spools = [await PlanSpool.open(run), await PlanSpool.open(run)];
    const blobs = new BlobTable();
    const plan = new SpacePlan({}, blobs);
    await withBulkConnection(signal, async (reader) => {
      await reader.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
      const [held] = await reader.query<{ snapshot: string }>("SELECT pg_export_snapshot() AS snapshot");
      const decision = {
        ...{ rules: [], frame: { nowMs: Date.now(), graceMs: 0, pullTrackingSinceMs: null } },
        ...(await listRepositoriesToRead(reader, tenant)),
      };
      const job = { snapshot: held?.snapshot ?? "", limits: {}, spools };
      const { workspaceId, registryId, spaceId } = tenant;
      const place = { workspaceId, registryId, spaceId };
      expect(await decideInThreads({ ...decision, place }, job, { plan, blobs }, signal, memory)).toBe(isDone);
    });
    expect(plan.rowCount).toBe(isDone ? 60 : 0);
    expect(blobs.count > 0).toBe(isDone);
    for (const spool of spools) await spool.close();
  },
);
