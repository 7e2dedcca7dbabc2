import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { RULE_TEMPLATES } from "@/domain/rules/templates";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { closeQueues } from "@/server/platform/queue/enqueue";
import { setConsoleEnv } from "@/testing/console-env";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { testRedisUrl } from "@/testing/redis";
import { createTestTenant, type TestTenant } from "@/testing/tenant";
import { createRule } from "./create-rule";
import { deleteRule } from "./delete-rule";
import { getRule } from "./get-rule";
import { listRules } from "./list-rules";
import { updateRule } from "./update-rule";

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

const definition = (() => {
  const [template] = RULE_TEMPLATES;
  if (!template) throw new Error("there is no template");
  return template.definition;
})();
const create = (name: string) =>
  createRule(tenant.scope, { spaceId: tenant.spaceId, name, definition, isEnabled: true });

test("a rule comes back as it was written, with its sentence and its revision", async () => {
  const rule = await create("tidy");
  expect(rule).toMatchObject({ name: "tidy", definition, isEnabled: true, revision: 1, lastRun: null });
  expect(rule.sentence).toMatch(/^Reclaim/);
  expect(await getRule(tenant.scope, { spaceId: tenant.spaceId, ruleId: rule.id })).toEqual(rule);
});

test("K-10 the 16th rule is refused with the reason, whoever races, and disabled rules count", async () => {
  const first = await create("rule 0");
  await updateRule(tenant.scope, { spaceId: tenant.spaceId, ruleId: first.id, revision: 1, isEnabled: false });
  for (let i = 1; i < 12; i++) await create(`rule ${i}`);
  const raced = await Promise.allSettled(Array.from({ length: 8 }, (_, i) => create(`racer ${i}`)));
  const refused = raced.flatMap((result) => (result.status === "rejected" ? [result.reason.code] : []));
  expect(refused).toEqual(Array.from({ length: 5 }, () => "unprocessable"));
  const { items } = await listRules(tenant.scope, { spaceId: tenant.spaceId });
  expect(items).toHaveLength(15);
  await expect(create("the 16th")).rejects.toMatchObject({
    code: "unprocessable",
    detail: expect.stringContaining("at most 15"),
  });
});

test("the database itself refuses a 16th slot", async () => {
  const row = { workspaceId: tenant.workspaceId, spaceId: tenant.spaceId, definition, updatedByName: "x" };
  const insert = (slot: number) =>
    prisma().reclaimRule.create({ data: { ...row, id: `rule_${tenant.spaceId}${slot}`, slot, name: `r${slot}` } });
  await expect(insert(16)).rejects.toThrow(/slot_range/);
  await insert(15);
});

test("an edit of an old revision is refused and loses nothing", async () => {
  const rule = await create("shared");
  const edit = { spaceId: tenant.spaceId, ruleId: rule.id };
  const second = await updateRule(tenant.scope, { ...edit, revision: 1, name: "shared, edited" });
  expect(second.revision).toBe(2);
  await expect(updateRule(tenant.scope, { ...edit, revision: 1, name: "mine" })).rejects.toMatchObject({
    code: "conflict",
  });
  expect((await getRule(tenant.scope, edit)).name).toBe("shared, edited");
  const both = await Promise.allSettled([
    updateRule(tenant.scope, { ...edit, revision: 2, name: "left" }),
    updateRule(tenant.scope, { ...edit, revision: 2, name: "right" }),
  ]);
  expect(both.filter((result) => result.status === "fulfilled")).toHaveLength(1);
});

test("a taken name is refused with a sentence, on create and on rename", async () => {
  await create("one");
  const two = await create("two");
  await expect(create("one")).rejects.toMatchObject({ code: "conflict", detail: expect.stringContaining("one") });
  await expect(
    updateRule(tenant.scope, { spaceId: tenant.spaceId, ruleId: two.id, revision: 1, name: "one" }),
  ).rejects.toMatchObject({
    code: "conflict",
  });
});

test("a deleted rule leaves its revisions and its history", async () => {
  const rule = await create("short-lived");
  const at = { spaceId: tenant.spaceId, ruleId: rule.id };
  await deleteRule(tenant.scope, at);
  await expect(getRule(tenant.scope, at)).rejects.toMatchObject({ code: "not_found" });
  expect(await prisma().ruleRevision.count({ where: { ruleId: rule.id } })).toBe(1);
  const actions = await prisma().auditEvent.findMany({
    where: { resourceId: rule.id },
    select: { action: true },
    orderBy: { at: "asc" },
  });
  expect(actions.map((event) => event.action)).toEqual(["rules.create", "rules.delete"]);
});

test("history cannot be changed", async () => {
  const rule = await create("recorded");
  await expect(
    prisma().auditEvent.updateMany({ where: { resourceId: rule.id }, data: { actorName: "nobody" } }),
  ).rejects.toThrow(/append-only/);
  await expect(prisma().auditEvent.deleteMany({ where: { resourceId: rule.id } })).rejects.toThrow(/append-only/);
});

test("another workspace's rule is not found", async () => {
  const rule = await create("ours");
  const other = await createTestTenant({ name: "other" });
  for (const spaceId of [tenant.spaceId, other.spaceId]) {
    const at = { spaceId, ruleId: rule.id };
    await expect(getRule(other.scope, at)).rejects.toMatchObject({ code: "not_found" });
    await expect(updateRule(other.scope, { ...at, revision: 1, isEnabled: false })).rejects.toMatchObject({
      code: "not_found",
    });
    await expect(deleteRule(other.scope, at)).rejects.toMatchObject({ code: "not_found" });
  }
  await expect(
    createRule(other.scope, { spaceId: tenant.spaceId, name: "x", definition, isEnabled: true }),
  ).rejects.toMatchObject({ code: "not_found" });
});
