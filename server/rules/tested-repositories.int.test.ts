import { afterAll, beforeAll, expect, test } from "vitest";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { closeQueues } from "@/server/platform/queue/enqueue";
import { setConsoleEnv } from "@/testing/console-env";
import { fillLargeInventory } from "@/testing/large-inventory";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { testRedisUrl } from "@/testing/redis";
import { createTestTenant, type TestTenant } from "@/testing/tenant";
import { testedRepositories } from "./tested-repositories";

let database: TestDatabase;
let tenant: TestTenant;

beforeAll(async () => {
  database = await createTestDatabase();
  setConsoleEnv({ databaseUrl: database.url, redisUrl: testRedisUrl() });
  tenant = await createTestTenant();
  await fillLargeInventory(tenant, { repositories: 6, imagesPerRepository: 10, tagsPerImage: 1 });
});
afterAll(async () => {
  await closeQueues();
  await disconnectPrisma();
  await database.drop();
});

const read = async (isMeant: (name: string) => boolean, most?: number) => {
  const space = await prisma().space.findUniqueOrThrow({ where: { id: tenant.spaceId } });
  const repositories = await testedRepositories(space, isMeant, most);
  return repositories.map(({ name, units }) => [name, units?.filter((unit) => !unit.isMember).length ?? null]);
};

test("of a space that is too large for a trial, what is meant is looked at first, whole repositories only", async () => {
  const all = ["app1", "app2", "app3", "app4", "app5", "app6"].map((name, at) => [`acme/team${at + 1}/${name}`, 10]);
  expect(await read(() => true)).toEqual(all);
  // 10 images and 10 tags each: two fit.
  const last = (name: string) => name.endsWith("app6") || name.endsWith("app5");
  const partly = all.map(([name], at) => [name, at >= 4 ? 10 : null]);
  expect(await read(last, 40)).toEqual(partly);
  expect(await read(() => true, 40)).toEqual(all.map(([name], at) => [name, at < 2 ? 10 : null]));
  expect(await read(() => true)).toEqual(all);
});
