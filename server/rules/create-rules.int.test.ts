import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { RULES_PER_SPACE_MAX } from "@/contracts/rules";
import type { RuleDefinition } from "@/domain/rules/rule";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { closeQueues } from "@/server/platform/queue/enqueue";
import { rule } from "@/testing/artifact-facts";
import { setConsoleEnv } from "@/testing/console-env";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { testRedisUrl } from "@/testing/redis";
import { createTestTenant, type TestTenant } from "@/testing/tenant";
import { createRules } from "./create-rules";
import { listRules } from "./list-rules";

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

const definition: RuleDefinition = rule("r").definition;
const create = (...names: string[]) =>
  createRules(tenant.scope, {
    spaceId: tenant.spaceId,
    rules: names.map((name) => ({ name, definition, isEnabled: name !== "off" })),
  });
const names = async () => (await listRules(tenant.scope, { spaceId: tenant.spaceId })).items.map((one) => one.name);
const numbered = (count: number, from = 0) => Array.from({ length: count }, (_, at) => `rule ${from + at}`);

test("K-10 several rules are created in their order, or none where they would pass 15", async () => {
  const { items } = await create("catch-all", "off", "releases");
  expect(items.map((one) => [one.name, one.isEnabled, one.revision])).toEqual([
    ["catch-all", true, 1],
    ["off", false, 1],
    ["releases", true, 1],
  ]);
  await expect(create(...numbered(13))).rejects.toMatchObject({
    code: "unprocessable",
    detail: expect.stringMatching(/at most 15 .* 12 more would fit, and these are 13: none was created/),
  });
  expect(await names()).toEqual(["catch-all", "off", "releases"]);
  expect(await prisma().auditEvent.count({ where: { spaceId: tenant.spaceId, resourceType: "rule" } })).toBe(3);
  await create(...numbered(12));
  await expect(create("one more")).rejects.toMatchObject({
    code: "unprocessable",
    detail: expect.stringContaining("Delete one first"),
  });
  expect(await names()).toHaveLength(RULES_PER_SPACE_MAX);
});

test("K-10 sets of rules that race each other are whole or not there", async () => {
  const raced = await Promise.allSettled([0, 4, 8, 12].map((from) => create(...numbered(4, from))));
  const refused = raced.flatMap((result) => (result.status === "rejected" ? [result.reason.code] : []));
  expect(refused).toEqual(["unprocessable"]);
  expect(await names()).toHaveLength(12);
});

test("a name that is taken, or given twice, is named, and nothing is created", async () => {
  await create("releases");
  await expect(create("a", "releases")).rejects.toMatchObject({
    code: "conflict",
    detail: expect.stringContaining("“releases”"),
  });
  await expect(create("b", "b")).rejects.toMatchObject({ code: "conflict", detail: expect.stringContaining("“b”") });
  expect(await names()).toEqual(["releases"]);
});

test("another workspace's space is not found", async () => {
  const other = await createTestTenant({ name: "other" });
  await expect(
    createRules(other.scope, { spaceId: tenant.spaceId, rules: [{ name: "x", definition, isEnabled: true }] }),
  ).rejects.toMatchObject({ code: "not_found" });
});
