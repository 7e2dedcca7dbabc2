import { afterAll, beforeAll, expect, test } from "vitest";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { newId } from "@/server/platform/new-id";
import { setConsoleEnv } from "@/testing/console-env";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { testRedisUrl } from "@/testing/redis";
import { createTestTenant, type TestTenant } from "@/testing/tenant";
import { measureBins } from "./measure-bins";

const MEDIA_TYPE = "application/vnd.oci.image.manifest.v1+json";
const digest = (letter: string) => `sha256:${letter.repeat(64)}`;

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  setConsoleEnv({ databaseUrl: database.url, redisUrl: testRedisUrl() });
});
afterAll(async () => {
  await disconnectPrisma();
  await database.drop();
});

async function addManifest(tenant: TestTenant, letter: string, layers: [letter: string, sizeBytes: number][]) {
  await prisma().manifest.create({
    data: {
      registryId: tenant.registryId,
      digest: digest(letter),
      mediaType: MEDIA_TYPE,
      kind: "image",
      sizeBytes: 10,
      references: {
        create: layers.map(([layer, sizeBytes], ordinal) => ({
          ordinal,
          role: "layer",
          digest: digest(layer),
          sizeBytes: BigInt(sizeBytes),
        })),
      },
    },
  });
}

async function addEntry(tenant: TestTenant, letter: string, state: "held" | "restored") {
  const id = newId("bin");
  await prisma().binEntry.create({
    data: {
      ...{ id, workspaceId: tenant.workspaceId, spaceId: tenant.spaceId, registryId: tenant.registryId },
      ...{ repositoryName: "acme/app", binRepositoryName: `recyclebin/${tenant.spaceId}/acme/app` },
      ...{ digest: digest(letter), mediaType: MEDIA_TYPE, kind: "image", state, reason: {}, runId: "run_x" },
      ...{ actorName: "x", sizeBytes: 999_999n, recycledAt: new Date() },
      manifests: {
        create: {
          ordinal: 0,
          role: "top",
          digest: digest(letter),
          mediaType: MEDIA_TYPE,
          sizeBytes: 10,
          isRemovedAtSource: true,
        },
      },
    },
  });
}

test("a bin is measured by what it alone keeps, each blob once", async () => {
  const tenant = await createTestTenant({ prefix: "acme" });
  // a and b share layer 2; a's layer 3 is also in the image k, which is in a repository.
  await addManifest(tenant, "a", [
    ["1", 100],
    ["2", 50],
    ["3", 1000],
  ]);
  await addManifest(tenant, "b", [["2", 50]]);
  await addManifest(tenant, "c", [["4", 7000]]);
  await addManifest(tenant, "e", [["3", 1000]]);
  const repositoryId = newId("repo");
  await prisma().repository.create({
    data: {
      ...{ id: repositoryId, workspaceId: tenant.workspaceId, spaceId: tenant.spaceId },
      ...{ registryId: tenant.registryId, name: "acme/app" },
      manifests: {
        create: {
          ...{ digest: digest("e"), registryId: tenant.registryId, pushedAt: new Date(), pushedAtSource: "crawl" },
        },
      },
    },
  });
  expect((await measureBins(tenant.scope, [tenant.spaceId])).get(tenant.spaceId)).toBeUndefined();

  await addEntry(tenant, "a", "held");
  await addEntry(tenant, "a", "held");
  await addEntry(tenant, "b", "held");
  await addEntry(tenant, "c", "restored");
  // Both manifests, layer 1 and layer 2; neither twice what two entries hold, nor what was restored, nor what is kept.
  expect((await measureBins(tenant.scope, [tenant.spaceId])).get(tenant.spaceId)).toBe(10 + 10 + 100 + 50);

  const other = await createTestTenant({ name: "other" });
  expect(await measureBins(other.scope, [tenant.spaceId])).toEqual(new Map());
});
