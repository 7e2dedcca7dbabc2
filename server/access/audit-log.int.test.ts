import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { AuditEntryDto, AuditFilter } from "@/contracts/audit";
import { listAudit as listAuditOperation } from "@/contracts/audit";
import type { Actor } from "@/server/platform/auth/actor";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { runInRequest } from "@/server/platform/http/request-context";
import { newId } from "@/server/platform/new-id";
import { setConsoleEnv } from "@/testing/console-env";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { testRedisUrl } from "@/testing/redis";
import { createTestTenant, type TestTenant } from "@/testing/tenant";
import { exportAudit, exportPlatformAudit } from "./export-audit";
import { listAudit } from "./list-audit";
import { listPlatformAudit } from "./list-platform-audit";
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

const person = (name: string, isPlatformAdmin = false): Actor => ({
  ...{ kind: "user", userId: `usr_${name}`, name, email: `${name}@example.test`, isPlatformAdmin },
  ...{ sessionId: "ses_x", token: null },
});
const facts = () => ({ signal: new AbortController().signal });

/** What somebody does to a member, as use cases record it. */
function act(name: string, options: { action?: string; outcome?: "done" | "refused"; address?: string } = {}) {
  const { action = "member.role-changed", outcome = "done", address = "192.0.2.1" } = options;
  const context = { requestId: newId("req"), address, operation: "changeRole", actor: person("Ada") };
  return runInRequest(context, () =>
    prisma().$transaction((tx) =>
      recordAudit(tx, {
        ...{ actor: context.actor, action, outcome, workspaceId: tenant.workspaceId },
        target: { kind: "member", id: `usr_${name}`, name },
        ...{ before: { role: "viewer" }, after: { role: "admin" } },
      }),
    ),
  );
}

async function all(filter: AuditFilter = {}, limit = 3): Promise<AuditEntryDto[]> {
  const entries: AuditEntryDto[] = [];
  let cursor: string | undefined;
  do {
    const page = await listAudit(tenant.scope, { ...filter, limit, cursor });
    listAuditOperation.response.parse(page);
    entries.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return entries;
}

test("K-44 the log is read page by page, newest first, each entry once, whatever happened at the same moment", async () => {
  const before = (await all()).length;
  for (const name of ["Bo", "Cy", "Di", "Ed", "Flo", "Gus", "Hal"]) await act(name);
  const entries = await all();
  expect(entries).toHaveLength(before + 7);
  expect(new Set(entries.map(({ id }) => id)).size).toBe(entries.length);
  expect(entries.slice(0, 2).map(({ target }) => target.name)).toEqual(["Hal", "Gus"]);
  expect(entries[0]).toMatchObject({
    ...{ actor: { kind: "user", name: "Ada" }, address: "192.0.2.1", outcome: "done", action: "member.role-changed" },
    ...{ text: "changed the role of “Hal”", before: { role: "viewer" }, after: { role: "admin" } },
  });
});

test("K-44 it is found by person, address, name, request, outcome, area and time", async () => {
  await act("Bo");
  await act("Cyrano", { outcome: "refused", address: "198.51.100.9" });
  await act("percent", { action: "token.created" });
  const names = async (filter: AuditFilter) => (await all(filter)).map(({ target }) => target.name);
  expect(await names({ search: "198.51.100" })).toEqual(["Cyrano"]);
  expect(await names({ search: "cyrano" })).toEqual(["Cyrano"]);
  expect(await names({ outcome: "refused" })).toEqual(["Cyrano"]);
  expect(await names({ area: "tokens" })).toEqual(["percent"]);
  expect(await names({ search: "%" })).toEqual([]);
  const [last] = await all();
  expect(await names({ search: last?.requestId ?? "" })).toEqual(["percent"]);
  expect(await names({ until: "2020-01-01T00:00:00Z" })).toEqual([]);
  expect((await names({ search: "Ada", from: "2020-01-01T00:00:00Z" })).length).toBe(3);
});

test("K-44 nobody reads another workspace's log; the platform reads what concerns access, and nothing of images and rules", async () => {
  await act("Bo");
  await prisma().reclaimRule.create({
    data: {
      ...{ id: newId("rule"), workspaceId: tenant.workspaceId, spaceId: tenant.spaceId, slot: 1, name: "own rule" },
      ...{ definition: {}, updatedByName: "Ada" },
    },
  });
  const other = await createTestTenant({ name: "other" });
  const theirs = (await listAudit(other.scope, { limit: 200 })).items;
  expect(theirs.flatMap(({ target, changes }) => [target.name, ...changes.map(({ key }) => key)])).not.toContain("Bo");
  expect((await all({ search: "own rule" })).map(({ text }) => text)).toEqual(["added the reclaim rule “own rule”"]);

  const platform = async (search: string) =>
    (await listPlatformAudit(person("Root", true), { search, limit: 50 })).items.map(({ target }) => target.name);
  expect(await platform("Bo")).toContain("Bo");
  expect(await platform("own rule")).toEqual([]);
  await expect(listPlatformAudit(person("Eve"), { limit: 50 })).rejects.toMatchObject({ code: "forbidden" });
  await expect(exportPlatformAudit(person("Eve"), {}, facts())).rejects.toMatchObject({ code: "forbidden" });
});

test("K-44 the file has every entry that the filter finds, and runs nothing in a spreadsheet", async () => {
  for (let n = 0; n < 5; n++) await act(`=cmd|' /C calc'!A${n}`);
  const file = await exportAudit(tenant.scope, { area: "members" }, facts());
  expect(file).toMatchObject({
    name: expect.stringMatching(/^audit-.*\.csv$/),
    contentType: expect.stringContaining("csv"),
  });
  const text = await new Response(file.body).text();
  const lines = text.trimEnd().split("\r\n");
  expect(lines[0]).toMatch(/^at,outcome,actor kind/);
  expect(lines).toHaveLength(6);
  expect(lines[1]).toContain("'=cmd");
  expect(lines[1]).toContain("192.0.2.1");
  expect(lines[1]).toContain('""role"":""viewer""');
});
