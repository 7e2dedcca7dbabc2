import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { APPLICATION_ROLE } from "@/scripts/application-role";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { updateSpace } from "@/server/spaces/update-space";
import { setConsoleEnv } from "@/testing/console-env";
import { applicationUrl, createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { testRedisUrl } from "@/testing/redis";
import { createTestTenant } from "@/testing/tenant";

let database: TestDatabase;
let application: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  const databaseUrl = applicationUrl(database);
  setConsoleEnv({ databaseUrl, redisUrl: testRedisUrl() });
  application = new pg.Client({ connectionString: databaseUrl });
  await application.connect();
});
afterAll(async () => {
  await application.end();
  await disconnectPrisma();
  await database.drop();
});

test("K-44 the console works as a role that owns nothing, and what it changes is recorded", async () => {
  const { scope, spaceId } = await createTestTenant();
  await updateSpace(scope, { spaceId, name: "renamed", binRetentionDays: 7 });
  const event = await prisma().auditEvent.findFirstOrThrow({ where: { spaceId, action: "spaces.update" } });
  expect(await prisma().auditChange.findMany({ where: { changeSet: event.changeSet ?? "" } })).toMatchObject([
    { tableName: "spaces", before: { name: "acme" }, after: { name: "renamed" } },
  ]);
});

/** Whatever somebody may try who has the console's own connection. */
const ATTEMPTS = [
  "UPDATE audit_events SET actor_name = 'nobody'",
  "DELETE FROM audit_events",
  "TRUNCATE audit_events",
  "UPDATE audit_changes SET after = NULL",
  "DELETE FROM audit_changes",
  "TRUNCATE audit_changes",
  "INSERT INTO audit_changes (change_set, table_name, row_key, operation) VALUES (gen_random_uuid(), 'x', 'x', 'insert')",
  "ALTER TABLE audit_events DISABLE TRIGGER ALL",
  "ALTER TABLE spaces DISABLE TRIGGER audit_change",
  "DROP TRIGGER audit_change ON spaces",
  "DROP TRIGGER audit_events_append_only ON audit_events",
  "DROP TABLE audit_events",
  "SET session_replication_role = replica",
  "CREATE OR REPLACE FUNCTION audit_row_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
  "SELECT audit_watch('spaces', '{name}')",
  `ALTER ROLE ${APPLICATION_ROLE} SUPERUSER`,
  "SET ROLE reclaim",
];

test.each(ATTEMPTS)("K-44 refused to the application: %s", async (sql) => {
  await expect(application.query(sql)).rejects.toThrow(/permission denied|must be owner|append-only/);
});

test("K-44 a table of one's own in the way of the log does not catch what is written to it", async () => {
  const { scope, spaceId } = await createTestTenant();
  await application.query("BEGIN");
  await application.query("CREATE TEMPORARY TABLE audit_changes (LIKE public.audit_changes) ON COMMIT DROP");
  await application.query("UPDATE public.spaces SET name = 'hidden' WHERE id = $1", [spaceId]);
  await application.query("COMMIT");
  const [last] = await prisma().auditChange.findMany({ where: { spaceId }, orderBy: { id: "desc" }, take: 1 });
  expect(last).toMatchObject({ after: { name: "hidden" }, workspaceId: scope.workspaceId });
});
