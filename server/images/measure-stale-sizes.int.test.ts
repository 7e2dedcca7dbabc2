import { afterAll, beforeAll, expect, test } from "vitest";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { newId } from "@/server/platform/new-id";
import { setConsoleEnv } from "@/testing/console-env";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { testRedisUrl } from "@/testing/redis";
import { createTestTenant } from "@/testing/tenant";
import { insertManifests, type ManifestRow } from "./inventory.store";
import { measureStaleSizes } from "./measure-stale-sizes";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  setConsoleEnv({ databaseUrl: database.url, redisUrl: testRedisUrl() });
});
afterAll(async () => {
  await disconnectPrisma();
  await database.drop();
});

const manifest = (digest: string, bytes: number): ManifestRow => ({
  ...{ digest, mediaType: "", kind: "image", artifactType: null, subjectDigest: null, sizeBytes: bytes },
  ...{ platform: null, imageCreatedAt: null, unreadableReason: null, references: [] },
});

test("a measurement that had to wait for a writer sums what that one wrote", async () => {
  const { workspaceId, registryId, spaceId } = await createTestTenant();
  const repositoryId = newId("repo");
  await prisma().repository.create({
    data: { id: repositoryId, workspaceId, spaceId, registryId, name: "acme/app", sizeStaleSince: new Date() },
  });
  await prisma().$transaction((tx) =>
    insertManifests(tx, registryId, [manifest("sha256:1", 100), manifest("sha256:2", 30)]),
  );
  const hold = (digest: string) => ({
    ...{ repositoryId, digest, workspaceId, registryId, pushedAt: new Date(), pushedAtSource: "storage" },
  });
  await prisma().repositoryManifest.create({ data: hold("sha256:1") });

  let measured: Promise<void> | undefined;
  await prisma().$transaction(async (tx) => {
    await tx.$queryRaw`SELECT id FROM repositories WHERE id = ${repositoryId} FOR UPDATE`;
    await tx.repositoryManifest.create({ data: hold("sha256:2") });
    measured = measureStaleSizes(new AbortController().signal);
    await expect
      .poll(async () => {
        const [row] = await prisma().$queryRaw<{ waiting: number }[]>`
          SELECT count(*)::int AS waiting FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
        return row?.waiting;
      })
      .toBe(1);
  });
  await measured;
  const row = await prisma().repository.findUniqueOrThrow({ where: { id: repositoryId } });
  expect(row).toMatchObject({ storedBytes: 130n, sizeStaleSince: null });
});
