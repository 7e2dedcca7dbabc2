import { afterAll, beforeAll, expect, test } from "vitest";
import { measureImages } from "@/server/images/measure-images";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { closeQueues } from "@/server/platform/queue/enqueue";
import { setConsoleEnv } from "@/testing/console-env";
import { fillLargeInventory } from "@/testing/large-inventory";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { testRedisUrl } from "@/testing/redis";
import { createTestTenant, type TestTenant } from "@/testing/tenant";
import { getReclaimableByReason } from "./get-reclaimable-by-reason";

let database: TestDatabase;
let tenant: TestTenant;

beforeAll(async () => {
  database = await createTestDatabase();
  setConsoleEnv({ databaseUrl: database.url, redisUrl: testRedisUrl() });
  tenant = await createTestTenant();
  await fillLargeInventory(tenant, { repositories: 10, imagesPerRepository: 13, tagsPerImage: 1 });
});
afterAll(async () => {
  await closeQueues();
  await disconnectPrisma();
  await database.drop();
});

test("K-01 what could be freed is split into superseded and old images, each counted once", async () => {
  const ask = () => getReclaimableByReason(tenant.scope, { spaceId: tenant.spaceId });
  const without = await ask();
  expect(without.superseded.images).toBeGreaterThan(5);
  expect(without.superseded.bytes).toBeGreaterThan(0);
  // Nobody recorded pulls here: of no image is it known that nobody uses it.
  expect(without.old).toMatchObject({ images: 0, bytes: 0, templateId: "not-pulled" });
  expect(without.unknown).toBe("pulls are not recorded");

  const longAgo = new Date(Date.now() - 500 * 86_400_000);
  await prisma().space.update({
    where: { id: tenant.spaceId },
    data: { createdAt: longAgo, inventoryRevision: { increment: 1 } },
  });
  await prisma().registry.update({ where: { id: tenant.registryId }, data: { pullTrackingSince: longAgo } });
  const both = await ask();
  expect(both.superseded).toEqual(without.superseded);
  expect(both.old.images).toBeGreaterThan(0);
  expect(both.unknown).toBeNull();
  expect(both.isPartial).toBe(false);

  const images = await prisma().image.findMany({ where: { spaceId: tenant.spaceId } });
  expect(both.superseded.images + both.old.images).toBeLessThanOrEqual(images.length);
  const all = await measureImages(tenant.scope, {
    spaceId: tenant.spaceId,
    selection: { images: images.map(({ repositoryName, digest }) => ({ repositoryName, digest })) },
  });
  expect(both.superseded.bytes + both.old.bytes).toBeLessThanOrEqual(all.freedBytes);
});

test("another workspace's space is not found", async () => {
  const other = await createTestTenant({ name: "other" });
  await expect(getReclaimableByReason(other.scope, { spaceId: tenant.spaceId })).rejects.toMatchObject({
    code: "not_found",
  });
});
