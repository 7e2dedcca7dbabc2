import { cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { APPLICATION_ROLE } from "@/scripts/application-role";
import { migrate } from "@/scripts/migrate";
import { listAudit } from "@/server/access/list-audit";
import { signIn } from "@/server/access/sign-in";
import { getGcSchedule } from "@/server/gc/get-gc-schedule";
import { getRun } from "@/server/history/get-run";
import { closeAttemptLimiters } from "@/server/platform/auth/attempt-limiters";
import { identifySession } from "@/server/platform/auth/identity";
import { hashPassword } from "@/server/platform/auth/password";
import { openScope } from "@/server/platform/auth/workspace-scope";
import { disconnectPrisma } from "@/server/platform/db/prisma";
import { closeQueues } from "@/server/platform/queue/enqueue";
import { startReclaim } from "@/server/reclaim/start-reclaim";
import { startRestore } from "@/server/recycle-bin/start-restore";
import { setConsoleEnv } from "@/testing/console-env";
import { applicationUrl, createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { testRedisUrl } from "@/testing/redis";

/** The last one of a release that had no tokens, no audit log of settings and no application role. */
const EARLIER = "20261122030000_gc_settings";
const MIGRATIONS = path.resolve(import.meta.dirname, "../prisma/migrations");
const PASSWORD = "a good long password";
const NOW = new Date();
const PLACE = { workspace_id: "ws_old", space_id: "spc_old", registry_id: "reg_old" };
const DEFINITION = {
  ...{ effect: "reclaim", when: [], schedule: { kind: "manual" }, limits: {}, allowLastArtifact: false },
  select: {
    ...{ repositories: { include: [], exclude: [] }, tags: { include: [], exclude: [] } },
    ...{ state: "any", kinds: "any" },
  },
};

let database: TestDatabase;
let owner: pg.Client;
let folder: string;
let applied: string[];

/** What an installation of that release may hold, table by table. */
async function earlierRows(): Promise<[table: string, row: Record<string, unknown>][]> {
  const rule = { name: "old builds", definition: DEFINITION };
  return [
    ["workspaces", { id: "ws_old", slug: "old", name: "Old" }],
    ["users", { id: "usr_old", email: "ada@old.example", name: "Ada", password_hash: await hashPassword(PASSWORD) }],
    ["members", { workspace_id: "ws_old", user_id: "usr_old", role: "admin" }],
    ["sessions", { id: "ses_old", user_id: "usr_old", expires_at: new Date(NOW.getTime() + 86_400_000) }],
    ["registries", { id: "reg_old", name: "Embedded", url: "http://127.0.0.1:9", auth: "console" }],
    ["spaces", { id: "spc_old", workspace_id: "ws_old", registry_id: "reg_old", name: "old", prefix: "old" }],
    [
      "reclaim_rules",
      {
        ...{ id: "rule_old", workspace_id: "ws_old", space_id: "spc_old", slot: 1, ...rule },
        ...{ updated_at: NOW, updated_by_name: "Ada" },
      },
    ],
    [
      "runs",
      {
        ...{ id: "run_old", ...PLACE, kind: "reclaim", trigger: "manual", options: {}, requested_by_name: "Ada" },
        ...{ frozen_now: NOW, status: "succeeded", finished_at: NOW },
      },
    ],
    [
      "bin_entries",
      {
        ...{ id: "bin_old", ...PLACE, repository_name: "old/app", bin_repository_name: "recyclebin/spc_old/old/app" },
        ...{ digest: `sha256:${"a".repeat(64)}`, media_type: "application/vnd.oci.image.manifest.v1+json" },
        ...{ kind: "image", reason: {}, run_id: "run_old", actor_name: "Ada", size_bytes: 1, state: "held" },
        ...{ recycled_at: NOW, purge_after: new Date(NOW.getTime() + 86_400_000) },
      },
    ],
    [
      "gc_schedules",
      {
        ...{ registry_id: "reg_old", workspace_id: "ws_old", expression: "0 3 * * SUN", time_zone: "UTC" },
        ...{ is_enabled: true, options: { deleteUntagged: true, sweepBlobs: true, mode: "read_only" }, revision: 1 },
        ...{ updated_at: NOW, updated_by_name: "Ada" },
      },
    ],
    [
      "audit_events",
      {
        ...{ id: "evt_old", workspace_id: "ws_old", space_id: "spc_old", actor_id: "usr_old", actor_name: "Ada" },
        ...{ action: "rules.create", resource_type: "rule", resource_id: "rule_old", data: { name: "old builds" } },
      },
    ],
  ];
}

beforeAll(async () => {
  database = await createTestDatabase();
  folder = mkdtempSync(path.join(tmpdir(), "reclaim-upgrade-"));
  owner = new pg.Client({ connectionString: database.url });
  await owner.connect();
  await owner.query("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
  const names = readdirSync(MIGRATIONS, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? [entry.name] : [],
  );
  expect(names).toContain(EARLIER);
  for (const name of names.filter((one) => one <= EARLIER))
    cpSync(path.join(MIGRATIONS, name), path.join(folder, name), { recursive: true });
  await migrate(database.url, folder);
  for (const [table, row] of await earlierRows()) {
    const columns = Object.keys(row);
    await owner.query(
      `INSERT INTO ${table} (${columns.join(", ")}) VALUES (${columns.map((_, at) => `$${at + 1}`).join(", ")})`,
      Object.values(row),
    );
  }
  // As at a start of this release: the role is there by then, and migrations give it its rights.
  applied = await migrate(database.url);
  setConsoleEnv({ databaseUrl: applicationUrl(database), redisUrl: testRedisUrl() });
});
afterAll(async () => {
  await closeQueues();
  await closeAttemptLimiters();
  await disconnectPrisma();
  await owner?.end();
  await database?.drop();
  rmSync(folder, { recursive: true, force: true });
});

test("an installation of an earlier release is brought up to this one, once, with everything in it", async () => {
  expect(applied.length).toBeGreaterThan(0);
  expect(applied.every((name) => name > EARLIER)).toBe(true);
  expect(await migrate(database.url)).toEqual([]);
  for (const [table, row] of await earlierRows()) {
    const { rows } = await owner.query(`SELECT count(*)::int AS count FROM ${table}`);
    expect({ table, count: rows[0]?.count }).toEqual({ table, count: 1 });
    expect(Object.keys(row).length).toBeGreaterThan(0);
  }
});

test("people who were signed in stay it, and others sign in with their password", async () => {
  expect((await identifySession("ses_old", "ws_old"))?.memberRole).toBe("admin");
  expect((await signIn({ email: "ada@old.example", password: PASSWORD, userAgent: null })).kind).toBe("signed-in");
});

test("its rules run, its bin gives back, its schedule stands, its history is told, under the new role", async () => {
  const actor = (await identifySession("ses_old", "ws_old"))?.actor;
  if (!actor) throw new Error("nobody is signed in");
  const scope = await openScope(actor, "ws_old");
  const place = { spaceId: "spc_old" };
  expect(await getRun(scope, { runId: "run_old" })).toMatchObject({ status: "succeeded", requestedByName: "Ada" });
  expect((await startReclaim(scope, { ...place, ruleIds: ["rule_old"] })).status).toBe("queued");
  const restore = await startRestore(scope, { ...place, entryIds: ["bin_old"], onTagConflict: "keep_current" });
  expect(restore.status).toBe("queued");
  expect((await getGcSchedule(scope, { registryId: "reg_old" })).schedule).toMatchObject({ expression: "0 3 * * SUN" });
  const { items } = await listAudit(scope, { limit: 100 });
  expect(items.map(({ action }) => action)).toEqual(
    expect.arrayContaining(["rules.create", "reclaim.start", "restore.start"]),
  );
  const tables = await owner.query(
    `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
     AND NOT has_table_privilege($1, oid, 'SELECT')`,
    [APPLICATION_ROLE],
  );
  expect(tables.rows).toEqual([]);
});
