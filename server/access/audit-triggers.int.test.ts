import pg from "pg";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { WATCHED_TABLES } from "@/server/platform/db/audited-connections";
import { disconnectPrisma, prisma, type Transaction } from "@/server/platform/db/prisma";
import { type RequestContext, runInRequest } from "@/server/platform/http/request-context";
import { newId } from "@/server/platform/new-id";
import { setConsoleEnv } from "@/testing/console-env";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { testRedisUrl } from "@/testing/redis";
import { createTestUser } from "@/testing/signed-in";
import { createTestTenant, type TestTenant } from "@/testing/tenant";
import { recordAudit } from "./record-audit";

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

const asAda = (requestId: string): RequestContext => ({
  requestId,
  address: "192.0.2.7",
  operation: "updateSomething",
  actor: {
    ...{ kind: "user", userId: "usr_ada", name: "Ada", email: "ada@example.test", isPlatformAdmin: false },
    ...{ sessionId: "", token: { id: "tok_1", name: "laptop", role: "admin", workspaceId: null, spaceIds: null } },
  },
});

async function eventsOf(requestId: string) {
  const events = await prisma().auditEvent.findMany({ where: { requestId }, orderBy: { at: "asc" } });
  const sets = events.flatMap(({ changeSet }) => (changeSet === null ? [] : [changeSet]));
  const changes = await prisma().auditChange.findMany({ where: { changeSet: { in: sets } }, orderBy: { id: "asc" } });
  return { events, changes };
}

test("K-44 a change that nobody recorded is recorded: by whom, from where, in which request, before and after", async () => {
  const { workspaceId } = tenant;
  const user = await createTestUser("Bo");
  await prisma().member.create({ data: { workspaceId, userId: user.id, role: "viewer" } });
  const requestId = newId("req");
  await runInRequest(asAda(requestId), () =>
    prisma().member.update({
      where: { workspaceId_userId: { workspaceId, userId: user.id } },
      data: { role: "admin" },
    }),
  );
  const { events, changes } = await eventsOf(requestId);
  expect(events).toMatchObject([
    {
      ...{ workspaceId, actorKind: "user", actorId: "usr_ada", actorName: "Ada", tokenName: "laptop" },
      ...{ address: "192.0.2.7", action: "members.update", outcome: "done", resourceId: `${workspaceId},${user.id}` },
    },
  ]);
  expect(changes).toMatchObject([
    { tableName: "members", operation: "update", before: { role: "viewer" }, after: { role: "admin" } },
  ]);
});

test("an event that was recorded stays the only one, and leads to the rows that changed with it", async () => {
  const { workspaceId, spaceId } = tenant;
  const requestId = newId("req");
  const context = asAda(requestId);
  await runInRequest(context, () =>
    prisma().$transaction(async (tx) => {
      await tx.space.update({ where: { id: spaceId }, data: { name: "other", inventoryRevision: 7n } });
      await recordAudit(tx, {
        ...{
          actor: context.actor,
          action: "space.renamed",
          workspaceId,
          target: { kind: "space", id: spaceId, name: "other" },
        },
        ...{ before: { name: "acme" }, after: { name: "other" } },
      });
      await tx.workspace.update({ where: { id: workspaceId }, data: { tagQuota: 7 } });
    }),
  );
  const { events, changes } = await eventsOf(requestId);
  expect(events).toMatchObject([
    { action: "space.renamed", targetName: "other", before: { name: "acme" }, address: "192.0.2.7" },
  ]);
  expect(changes).toMatchObject([
    { tableName: "spaces", spaceId, before: { name: "acme" }, after: { name: "other" } },
    { tableName: "workspaces", before: { tag_quota: 5000 }, after: { tag_quota: 7 } },
  ]);
});

test("what is undone leaves nothing, what is no setting neither, and isolation levels can still be chosen", async () => {
  const requestId = newId("req");
  const touch = (tx: Transaction) =>
    tx.space.update({ where: { id: tenant.spaceId }, data: { name: "lost" }, select: { id: true } });
  await runInRequest(asAda(requestId), async () => {
    const failing = prisma().$transaction(async (tx) => {
      await touch(tx);
      throw new Error("changed its mind");
    });
    await expect(failing).rejects.toThrow("changed its mind");
    await prisma().space.update({ where: { id: tenant.spaceId }, data: { inventoryRevision: { increment: 1 } } });
    await prisma().space.update({ where: { id: tenant.spaceId }, data: { name: "acme" } });
    await prisma().registry.update({
      where: { id: tenant.registryId },
      data: { health: "healthy", lastWriteTokenExpiresAt: new Date() },
    });
  });
  expect(await eventsOf(requestId)).toEqual({ events: [], changes: [] });
  await runInRequest(asAda(requestId), () => prisma().$transaction(touch, { isolationLevel: "RepeatableRead" }));
  expect((await eventsOf(requestId)).changes).toHaveLength(1);
});

test("each request's transactions carry its own actor, however many share the connections", async () => {
  const ids = Array.from({ length: 40 }, () => newId("req"));
  await Promise.all(
    ids.map((requestId, n) =>
      runInRequest({ ...asAda(requestId), address: `192.0.2.${n}` }, async () => {
        const user = await createTestUser(`person ${n}`);
        await prisma().user.updateMany({ where: { id: user.id }, data: { name: `Person ${n}` } });
      }),
    ),
  );
  for (const [n, requestId] of ids.entries()) {
    const { events, changes } = await eventsOf(requestId);
    expect(events.map(({ address }) => address)).toEqual([`192.0.2.${n}`, `192.0.2.${n}`]);
    expect(changes.at(-1)?.after).toEqual({ name: `Person ${n}` });
  }
  // Nothing of them is left on a connection.
  const user = await createTestUser("nobody's");
  const last = await prisma().auditEvent.findFirstOrThrow({ where: { resourceId: user.id } });
  expect(last).toMatchObject({ actorKind: "system", actorName: "Reclaim", requestId: null, address: null });
});

test("secrets are recorded as changed, never as what they are", async () => {
  const requestId = newId("req");
  const planted = `planted-${requestId}`;
  await runInRequest(asAda(requestId), async () => {
    const user = await createTestUser("Cy");
    await prisma().user.update({ where: { id: user.id }, data: { passwordHash: planted } });
    await prisma().registry.update({ where: { id: tenant.registryId }, data: { passwordEncrypted: planted } });
    await prisma().registry.update({ where: { id: tenant.registryId }, data: { passwordEncrypted: null } });
  });
  const { changes } = await eventsOf(requestId);
  expect(changes.map(({ before, after }) => [before, after])).toEqual([
    [null, expect.objectContaining({ password_hash: "(hidden)", name: "Cy" })],
    [{ password_hash: "(hidden)" }, { password_hash: "(hidden, changed)" }],
    [{ password_encrypted: null }, { password_encrypted: "(hidden, changed)" }],
    [{ password_encrypted: "(hidden)" }, { password_encrypted: null }],
  ]);
  const [{ found } = { found: -1 }] = await prisma().$queryRaw<{ found: number }[]>`
    SELECT (SELECT count(*) FROM audit_events e WHERE e::text LIKE '%' || ${planted} || '%')::int
         + (SELECT count(*) FROM audit_changes c WHERE c::text LIKE '%' || ${planted} || '%')::int AS found`;
  expect(found).toBe(0);
});

test("a change that did not come through the console is told apart", async () => {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query("UPDATE workspaces SET name = 'by hand' WHERE id = $1", [tenant.workspaceId]);
  await client.end();
  const event = await prisma().auditEvent.findFirstOrThrow({
    where: { resourceId: tenant.workspaceId, action: "workspaces.update" },
  });
  expect(event).toMatchObject({ actorKind: "database", actorName: "reclaim", workspaceId: tenant.workspaceId });
});

/** Tables that hold no settings of people, and why. A new table is either watched or named here. */
const NO_SETTINGS: Record<string, string> = {
  _prisma_migrations: "of the migrations",
  audit_changes: "the log itself",
  audit_events: "the log itself",
  bin_entries: "moves of runs, each with its own event",
  bin_entry_manifests: "moves of runs",
  bin_entry_tags: "moves of runs",
  crawls: "readings, asked for with an event",
  gc_candidates: "journal of a run",
  gc_firings: "history of schedules",
  gc_quarantines: "journal of a run",
  gc_shards: "journal of a run",
  idempotency_keys: "answers to repeated requests, for a day",
  image_events: "history of images",
  image_pulls: "inventory",
  images: "inventory",
  lifecycle_firing_spaces: "history of policies",
  lifecycle_firings: "history of policies",
  manifest_references: "inventory",
  manifests: "inventory",
  notification_deliveries: "what was sent of what happened",
  notification_events: "what happened, to be sent",
  notification_marks: "what was told once",
  reference_packs: "inventory",
  registry_events: "notifications of registries",
  repositories: "inventory",
  repository_manifests: "inventory",
  rule_exemptions: "made by restores, each with its own event",
  rule_firings: "history of rules",
  rule_revisions: "history of rules",
  rule_set_revisions: "history of rules",
  run_choices: "of a run, started with an event",
  run_events: "history of runs",
  run_items: "journal of a run",
  runs: "started and cancelled with events",
  sessions: "sign-ins, each with its own event",
  space_samples: "measurements",
  tags: "inventory",
};

test("every table is watched, in every column but those that are named, or is known to hold no settings", async () => {
  const tables = await prisma().$queryRaw<
    { name: string; columns: string[]; watched: string[] | null; ignored: string[] }[]
  >`
    SELECT c.relname AS name,
      (SELECT array_agg(attname::text) FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) AS columns,
      (SELECT array_agg(a.attname::text) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = ANY (t.tgattr::int2[])) AS watched,
      string_to_array(coalesce(split_part(encode(t.tgargs, 'escape'), '\\000', 2), ''), ',') AS ignored
    FROM pg_class c LEFT JOIN pg_trigger t ON t.tgrelid = c.oid AND t.tgname = 'audit_change'
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')`;
  const watched = tables.filter((table) => table.watched !== null);
  expect(watched.map(({ name }) => name).sort()).toEqual([...WATCHED_TABLES].sort());
  for (const { name, columns, watched: seen, ignored } of watched)
    expect({ name, columns: [...(seen ?? []), ...ignored.filter((column) => column !== "")].sort() }).toEqual({
      name,
      columns: [...columns].sort(),
    });
  const others = tables.filter((table) => table.watched === null).map(({ name }) => name);
  expect(others.filter((name) => !Object.hasOwn(NO_SETTINGS, name))).toEqual([]);
});

test("nothing of it can be changed or taken away", async () => {
  await prisma().workspace.update({ where: { id: tenant.workspaceId }, data: { name: "once" } });
  for (const table of ["audit_events", "audit_changes"]) {
    await expect(prisma().$executeRawUnsafe(`UPDATE ${table} SET workspace_id = NULL`)).rejects.toThrow(/append-only/);
    await expect(prisma().$executeRawUnsafe(`DELETE FROM ${table}`)).rejects.toThrow(/append-only/);
    await expect(prisma().$executeRawUnsafe(`TRUNCATE ${table}`)).rejects.toThrow(/append-only/);
  }
});
