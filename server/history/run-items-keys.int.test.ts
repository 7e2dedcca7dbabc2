import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { setConsoleEnv } from "@/testing/console-env";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { testRedisUrl } from "@/testing/redis";
import { createTestRun, digestOf, testItem } from "@/testing/run-items";
import { createTestTenant, type TestTenant } from "@/testing/tenant";
import { insertRunItems } from "./run-item.store";

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

const item = testItem({ digest: digestOf(1) }, 0);

const orphans = () =>
  prisma().$queryRaw`SELECT i.run_id FROM run_items i WHERE NOT EXISTS (
    SELECT 1 FROM runs r WHERE r.id = i.run_id AND r.workspace_id = i.workspace_id)`;

test("items are refused without a run, and with one of another workspace, as by a foreign key", async () => {
  const run = await createTestRun(tenant, []);
  const other = await createTestTenant();
  await expect(insertRunItems(tenant.workspaceId, "run_none", [item])).rejects.toThrow(/need a run/);
  await expect(insertRunItems(other.workspaceId, run.id, [item])).rejects.toThrow(/need a run/);
  // One good row does not let a bad one of the same statement in.
  await expect(
    prisma().$executeRaw`
      INSERT INTO run_items (run_id, workspace_id, ordinal, action, state, repository_name, digest, kind, reason, members, size_bytes, unique_bytes)
      SELECT run_id, ${tenant.workspaceId}, 0, 'keep', 'kept', 'acme/web', ${digestOf(1)}, 'image', '{}', '[]', 0, 0
      FROM unnest(ARRAY[${run.id}, 'run_none']) run_id`,
  ).rejects.toThrow(/need a run/);
  expect(await prisma().runItem.count({ where: { runId: run.id } })).toBe(0);
  await insertRunItems(tenant.workspaceId, run.id, [item]);
  expect(await prisma().runItem.count({ where: { runId: run.id } })).toBe(1);
});

test("items go with their run, however it goes, and neither changes whose it is", async () => {
  const [one, two] = [await createTestRun(tenant, [{}, {}]), await createTestRun(tenant, [{}])];
  await expect(
    prisma().$executeRaw`UPDATE run_items SET run_id = ${two.id}, ordinal = 9 WHERE run_id = ${one.id}`,
  ).rejects.toThrow(/keep their run/);
  await expect(prisma().$executeRaw`UPDATE runs SET id = 'run_renamed' WHERE id = ${one.id}`).rejects.toThrow(
    /keep their run/,
  );
  await prisma().run.delete({ where: { id: one.id } });
  expect(await prisma().runItem.count({ where: { runId: one.id } })).toBe(0);
  expect(await prisma().runItem.count({ where: { runId: two.id } })).toBe(1);
  await prisma().run.deleteMany({ where: { workspaceId: tenant.workspaceId } });
  expect(await prisma().runItem.count({ where: { workspaceId: tenant.workspaceId } })).toBe(0);
});

test("where a deletion could not see the items that came last, it is refused; truncated, runs take all of them along", async () => {
  const run = await createTestRun(tenant, [{}]);
  await expect(
    prisma().$transaction((tx) => tx.run.delete({ where: { id: run.id } }), { isolationLevel: "RepeatableRead" }),
  ).rejects.toThrow();
  expect(await prisma().runItem.count({ where: { runId: run.id } })).toBe(1);
  await prisma().$executeRaw`TRUNCATE runs CASCADE`;
  expect(await prisma().runItem.count()).toBe(0);
});

test("no foreign key has come back, which a tool that compares the schema would make", async () => {
  expect(
    await prisma()
      .$queryRaw`SELECT conname FROM pg_constraint WHERE conrelid = 'run_items'::regclass AND contype = 'f'`,
  ).toEqual([]);
});

test("a run that is deleted while its items are written leaves none behind, whoever comes first", async () => {
  const first = await createTestRun(tenant, []);
  let removal: Promise<unknown> | undefined;
  await prisma().$transaction(async (tx) => {
    await insertRunItems(tenant.workspaceId, first.id, [item], tx);
    // Waits for the lock that the items took on their run.
    // Asked for at once: on its own it would be when it is awaited.
    removal = prisma()
      .run.delete({ where: { id: first.id } })
      .then(({ id }) => id);
    await waitForLock();
  });
  await removal;

  const second = await createTestRun(tenant, []);
  let writing: Promise<unknown> | undefined;
  await prisma().$transaction(async (tx) => {
    await tx.run.delete({ where: { id: second.id } });
    writing = insertRunItems(tenant.workspaceId, second.id, [item]).then(
      () => "written",
      (error: unknown) => String(error),
    );
    await waitForLock();
  });
  expect(await writing).toMatch(/need a run/);
  expect(await orphans()).toEqual([]);
});

/** Until another connection to this database waits for a row that somebody holds. */
async function waitForLock(): Promise<void> {
  await expect
    .poll(
      () => prisma().$queryRaw`
        SELECT count(*)::int AS waiting FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    )
    .toEqual([{ waiting: 1 }]);
}
