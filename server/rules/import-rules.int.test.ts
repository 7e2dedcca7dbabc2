import { afterAll, beforeAll, expect, test } from "vitest";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { closeQueues } from "@/server/platform/queue/enqueue";
import { rule } from "@/testing/artifact-facts";
import { setConsoleEnv } from "@/testing/console-env";
import { fillLargeInventory } from "@/testing/large-inventory";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { testRedisUrl } from "@/testing/redis";
import { createTestTenant, type TestTenant } from "@/testing/tenant";
import { createRules } from "./create-rules";
import { importRules } from "./import-rules";

let database: TestDatabase;
let tenant: TestTenant;

beforeAll(async () => {
  database = await createTestDatabase();
  setConsoleEnv({ databaseUrl: database.url, redisUrl: testRedisUrl() });
  tenant = await createTestTenant({ prefix: "acme" });
  await fillLargeInventory(tenant, { repositories: 3, imagesPerRepository: 10, tagsPerImage: 1 });
});
afterAll(async () => {
  await closeQueues();
  await disconnectPrisma();
  await database.drop();
});

const policy = JSON.stringify({
  algorithm: "or",
  trigger: { kind: "Schedule", settings: { cron: "0 0 3 * * *" } },
  rules: [
    {
      ...{ action: "retain", template: "latestPushedK", params: { latestPushedK: 5 } },
      scope_selectors: { repository: [{ kind: "doublestar", decoration: "repoMatches", pattern: "team{1,2}/**" }] },
      tag_selectors: [{ kind: "doublestar", decoration: "matches", pattern: "v*" }],
    },
  ],
});

test("C2.3 an import shows which repositories here it is about, creates nothing, and its rules can be created as they are", async () => {
  const imported = await importRules(tenant.scope, { spaceId: tenant.spaceId, text: policy });
  expect(imported.omission).toMatchObject({
    repositories: ["acme/team1/app1", "acme/team2/app2"],
    repositoryCount: 2,
    imageCount: 20,
  });
  expect(imported.rules.map(({ role, sentence, scheduleText }) => [role, sentence, scheduleText])).toMatchObject([
    ["omission", "Reclaim artifacts of `acme/team{1,2}/**`", expect.stringContaining("03:00")],
    [
      "keeps",
      "Protect artifacts of `acme/team{1,2}/**` tagged `v*` or untagged, among the 5 newest",
      expect.any(String),
    ],
  ]);
  expect(imported.free).toBe(15);
  expect(await prisma().reclaimRule.count()).toBe(0);

  const rules = imported.rules.map(({ name, definition, isEnabled }) => ({ name, definition, isEnabled }));
  const { items } = await createRules(tenant.scope, { spaceId: tenant.spaceId, rules });
  expect(items.map((one) => one.name)).toEqual(rules.map((one) => one.name));
  const again = await importRules(tenant.scope, { spaceId: tenant.spaceId, text: policy });
  expect(again.free).toBe(13);
  for (const one of again.rules) expect(rules.map(({ name }) => name)).not.toContain(one.name);
});

test("a text that is no policy says why, and a space that is full has no room", async () => {
  const full = await createTestTenant({ name: "full" });
  const definition = rule("r").definition;
  await createRules(full.scope, {
    spaceId: full.spaceId,
    rules: Array.from({ length: 15 }, (_, at) => ({ name: `rule ${at}`, definition, isEnabled: true })),
  });
  expect(await importRules(full.scope, { spaceId: full.spaceId, text: policy })).toMatchObject({ free: 0 });
  expect(await importRules(full.scope, { spaceId: full.spaceId, text: "{" })).toMatchObject({
    rules: [],
    problems: [{ message: expect.stringContaining("not JSON") }],
  });
});

test("another workspace's space is not found", async () => {
  const other = await createTestTenant({ name: "other" });
  await expect(importRules(other.scope, { spaceId: tenant.spaceId, text: policy })).rejects.toMatchObject({
    code: "not_found",
  });
});
