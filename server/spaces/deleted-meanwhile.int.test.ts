import pg from "pg";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Actor } from "@/server/platform/auth/actor";
import { systemScope, type WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { newId } from "@/server/platform/new-id";
import { closeQueues } from "@/server/platform/queue/enqueue";
import { deleteWorkspace } from "@/server/workspaces/delete-workspace";
import { setConsoleEnv } from "@/testing/console-env";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { testRedisUrl } from "@/testing/redis";
import { createTestTenant, type TestTenant } from "@/testing/tenant";
import { createSpace } from "./create-space";

const ROOT: Actor = {
  ...{ kind: "user", userId: "usr_root", name: "Root", email: "root@example.test", isPlatformAdmin: true },
  ...{ sessionId: "", token: null },
};
let database: TestDatabase;
let neighbour: TestTenant;
/** A workspace that owns nothing yet. */
let workspaceId: string;
let scope: WorkspaceScope;

beforeAll(async () => {
  database = await createTestDatabase();
  setConsoleEnv({ databaseUrl: database.url, redisUrl: testRedisUrl() });
  neighbour = await createTestTenant({ name: "neighbour" });
});
afterAll(async () => {
  await closeQueues();
  await disconnectPrisma();
  await database.drop();
});
beforeEach(async () => {
  workspaceId = newId("ws");
  scope = systemScope(workspaceId, { name: "a test" });
  await prisma().workspace.create({ data: { id: workspaceId, slug: workspaceId.replace("_", "-"), name: "going" } });
});

const remove = () => deleteWorkspace(ROOT, { workspaceId, typedName: "going" });
const create = (prefix = newId("spc").replace("_", "-")) =>
  createSpace(scope, { name: prefix, registryId: neighbour.registryId, prefix });

/** What is left: nobody's space in a workspace that is not there any more, or the other way round. */
async function state() {
  const [workspace, spaceCount] = await Promise.all([
    prisma().workspace.findUniqueOrThrow({ where: { id: workspaceId }, select: { removedAt: true } }),
    prisma().space.count({ where: { workspaceId, removedAt: null } }),
  ]);
  return { isRemoved: workspace.removedAt !== null, spaceCount };
}

/** Has both wait at the workspace's row, in this order, and lets them go on at once. */
async function queued<A, B>(first: () => Promise<A>, second: () => Promise<B>) {
  const [holder, observer] = [database.url, database.url].map((url) => new pg.Client({ connectionString: url }));
  if (!holder || !observer) throw new Error("no connections");
  await Promise.all([holder.connect(), observer.connect()]);
  const untilWaiting = async (count: number) => {
    const deadline = Date.now() + 10_000;
    for (;;) {
      const { rows } = await observer.query<{ count: number }>(
        `SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      if (rows[0]?.count === count) return;
      if (Date.now() > deadline) throw new Error(`${rows[0]?.count} wait, not ${count}`);
    }
  };
  try {
    await holder.query("BEGIN");
    await holder.query("SELECT FROM workspaces WHERE id = $1 FOR UPDATE", [workspaceId]);
    const one = first();
    // Looked at below: until then nobody may call it unhandled.
    one.catch(() => undefined);
    await untilWaiting(1);
    const two = second();
    two.catch(() => undefined);
    await untilWaiting(2);
    await holder.query("COMMIT");
    return await Promise.allSettled([one, two]);
  } finally {
    await Promise.all([holder.end(), observer.end()]);
  }
}

test("K-40 no space is made in a workspace that is being deleted", async () => {
  const [removed, created] = await queued(remove, create);
  expect(removed.status).toBe("fulfilled");
  expect(created).toMatchObject({ status: "rejected", reason: { code: "not_found" } });
  expect(await state()).toEqual({ isRemoved: true, spaceCount: 0 });
});

test("K-40 a workspace in which a space is being made is not deleted", async () => {
  const [created, removed] = await queued(create, remove);
  expect(created.status).toBe("fulfilled");
  expect(removed).toMatchObject({ status: "rejected", reason: { code: "conflict" } });
  expect(await state()).toEqual({ isRemoved: false, spaceCount: 1 });
});

test("K-40 however many make spaces while it is deleted, the workspace goes without any, or stays with all that succeeded", async () => {
  const [removed, ...created] = await Promise.allSettled([remove(), ...Array.from({ length: 6 }, () => create())]);
  const made = created.filter(({ status }) => status === "fulfilled").length;
  const isRemoved = removed.status === "fulfilled";
  expect(isRemoved ? made : made > 0).toBe(isRemoved ? 0 : true);
  expect(await state()).toEqual({ isRemoved, spaceCount: made });
});
