import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { S3Location } from "@/domain/registries/s3-location";
import { buildImage, buildLayer } from "@/scripts/demo/oci-image";
import { createImagePusher } from "@/scripts/demo/push-image";
import { executeCrawl } from "@/server/images/execute-crawl";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { decryptSecret } from "@/server/platform/crypto/secret-box";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { closeQueues } from "@/server/platform/queue/enqueue";
import { createSpace } from "@/server/spaces/create-space";
import { setConsoleEnv } from "@/testing/console-env";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { testRedisUrl } from "@/testing/redis";
import { startTestRegistry, type TestRegistry } from "@/testing/registry";
import { startTestS3Server, type TestS3Server } from "@/testing/s3-server";
import { keysOf, putObject } from "@/testing/s3-tree";
import { createTestUser, scopeOf } from "@/testing/signed-in";
import { createTestTenant, type TestTenant } from "@/testing/tenant";
import { attachRegistry } from "./attach-registry";
import { detachRegistry } from "./detach-registry";
import { enqueueCrawl } from "./enqueue-crawl";
import { closeRegistries } from "./open-registry";
import { openRegistryById } from "./open-registry-by-id";
import { testRegistry } from "./test-registry";
import { updateRegistry } from "./update-registry";
import type { ConnectionInput } from "./wanted-connection";

let server: TestS3Server;
let database: TestDatabase;
let location: S3Location;
let registry: TestRegistry;
let tenant: TestTenant;
let admin: WorkspaceScope;
let platform: WorkspaceScope;

beforeAll(async () => {
  [server, database] = await Promise.all([startTestS3Server(), createTestDatabase()]);
  setConsoleEnv({ databaseUrl: database.url, redisUrl: testRedisUrl(), RECLAIM_ALLOW_PRIVATE_REGISTRIES: "true" });
  location = await server.createBucket({ root: "images" });
  registry = await startTestRegistry({ bucket: { location, secretAccessKey: server.secretAccessKey } });
  const pusher = createImagePusher({ registryUrl: registry.url, username: null, password: null });
  const layers = [await buildLayer("a layer", [{ path: "app", sizeBytes: 2_000 }])];
  for (const createdAt of [new Date(0), new Date(1)])
    await pusher.push("team/app", buildImage({ layers, createdAt }), "v1");
  pusher.close();
});
afterAll(async () => {
  closeRegistries();
  await closeQueues();
  await disconnectPrisma();
  await Promise.all([registry?.stop(), server?.stop(), database?.drop()]);
});
beforeEach(async () => {
  tenant = await createTestTenant({ registryUrl: `http://127.0.0.1:1/${Math.random()}` });
  admin = await scopeOf(await createTestUser("Wanda"), tenant.workspaceId);
  platform = await scopeOf(await createTestUser("Paula", { isPlatformAdmin: true }), tenant.workspaceId);
});
afterEach(async () => {
  await prisma().registry.updateMany({ where: { detachedAt: null }, data: { detachedAt: new Date() } });
});

const wanted = (bucket: Partial<S3Location & { secretAccessKey: string }> = {}): ConnectionInput => ({
  ...{ kind: "distribution", url: registry.url, auth: "none", isPlatformWide: true },
  storageS3: { ...location, secretAccessKey: server.secretAccessKey, ...bucket },
});
const storageFinding = async (bucket: Parameters<typeof wanted>[0], scope = platform) =>
  (await testRegistry(scope, wanted(bucket))).findings.find(({ check }) => check === "storage");

describe("a registry whose blobs are in a bucket", () => {
  test("K-35 its bucket is only taken where it says the same as the registry, and what it may do there is tried", async () => {
    const before = await keysOf(server, location);
    expect(await storageFinding({})).toMatchObject({ state: "good", text: expect.stringContaining("1 tag compared") });
    // What was tried with is gone.
    expect(await keysOf(server, location)).toEqual(before);

    const other = await server.createBucket();
    const link = "docker/registry/v2/repositories/team/app/_manifests/tags/v1/current/link";
    await putObject(server, other, link, `sha256:${"0".repeat(64)}`);
    for (const [bucket, text, advice] of [
      [{ secretAccessKey: "wrong" }, /the secret key is wrong/, /Write the secret/],
      [{ accessKeyId: "nobody" }, /access key is not known/, /Check the access key/],
      [{ bucket: "no-such-bucket" }, /no such bucket/, /bucket's name/],
      [{ endpoint: "http://127.0.0.1:1" }, /nothing answers/, /host and port/],
      [{ root: "" }, /no registry's storage/, /rootdirectory/],
      [{ bucket: other.bucket, root: "" }, /not the storage of this registry/, /bucket and rootdirectory/],
    ] as const) {
      const finding = await storageFinding(bucket);
      expect(finding).toMatchObject({ state: "bad", text: expect.stringMatching(text) });
      expect(finding?.advice).toMatch(advice);
      expect(JSON.stringify(finding)).not.toContain(server.secretAccessKey);
    }
    await expect(storageFinding({}, admin)).rejects.toMatchObject({ code: "forbidden" });
    const both = { ...wanted(), storageRoot: "/data" };
    await expect(testRegistry(platform, both)).rejects.toMatchObject({ code: "unprocessable" });
  });

  test("K-35 it is attached with its secret sealed, seen through its bucket, and one bucket has one registry", async () => {
    const attached = await attachRegistry(platform, { name: "Images", ...wanted() });
    expect(attached.storageS3).toEqual(location);
    expect(attached.capabilities.untaggedManifests.isAvailable).toBe(true);
    expect(JSON.stringify(attached)).not.toContain(server.secretAccessKey);
    const row = await prisma().registry.findUniqueOrThrow({ where: { id: attached.id } });
    expect(JSON.stringify(row)).not.toContain(server.secretAccessKey);
    expect(decryptSecret(row.s3SecretEncrypted ?? "")).toBe(server.secretAccessKey);
    const open = await openRegistryById(attached.id);
    expect(open?.storage?.location).toBe(`s3://${location.bucket}/images`);
    expect(await open?.storage?.listRepositories()).toEqual(["team/app"]);
    // The same connections are used again.
    expect((await openRegistryById(attached.id))?.storage).toBe(open?.storage);

    const elsewhere = await startTestRegistry({ bucket: { location, secretAccessKey: server.secretAccessKey } });
    try {
      const twin = { ...wanted(), url: elsewhere.url };
      const { findings } = await testRegistry(platform, twin);
      expect(findings.find(({ check }) => check === "storage")?.text).toContain("storage of the registry “Images”");
    } finally {
      await elsewhere.stop();
    }
    await detachRegistry(platform, { registryId: attached.id });
    const detached = await prisma().registry.findUniqueOrThrow({ where: { id: attached.id } });
    expect(detached).toMatchObject({ storageS3: null, s3SecretEncrypted: null });
  });

  test("K-39 its images are read from the bucket, those without a tag too", async () => {
    const { id: registryId } = await attachRegistry(platform, { name: "Images", ...wanted() });
    const { id: spaceId } = await createSpace(platform, { name: "Team", registryId, prefix: "team" });
    await enqueueCrawl(registryId);
    const crawl = await prisma().crawl.findFirstOrThrow({ where: { registryId } });
    await executeCrawl(crawl.id, "worker", new AbortController().signal);
    const repositories = await prisma().repository.findMany({
      where: { registryId },
      include: { manifests: true, tags: true },
    });
    expect(repositories.map(({ name, spaceId }) => [name, spaceId])).toEqual([["team/app", spaceId]]);
    expect(repositories[0]?.tags.map(({ name }) => name)).toEqual(["v1"]);
    // Without its tag, the former one is nowhere but in the storage.
    expect(repositories[0]?.manifests.filter(({ untaggedSince }) => untaggedSince !== null)).toHaveLength(1);
  });

  test("K-35 an edit keeps the secret for its own endpoint and access key alone, and leaves the bucket when told to", async () => {
    const { storageS3: _, ...without } = wanted();
    const { id: registryId } = await attachRegistry(platform, { name: "Images", ...without });
    const edit = (change: Omit<Parameters<typeof updateRegistry>[1], "registryId">, scope = platform) =>
      updateRegistry(scope, { registryId, ...change });
    await expect(edit({ storageS3: location })).rejects.toThrow("Write the secret key");
    const secretAccessKey = server.secretAccessKey;
    expect((await edit({ storageS3: { ...location, secretAccessKey } })).storageS3).toEqual(location);
    const sealed = async () =>
      (await prisma().registry.findUniqueOrThrow({ where: { id: registryId } })).s3SecretEncrypted;
    expect(await sealed()).not.toBeNull();
    // Other things about it are changed without the secret.
    expect((await edit({ storageS3: { ...location, region: "eu-central-1" } })).storageS3?.region).toBe("eu-central-1");
    expect((await edit({ name: "Renamed" })).storageS3?.region).toBe("eu-central-1");
    await expect(edit({ storageS3: { ...location, endpoint: "http://127.0.0.1:1" } })).rejects.toThrow("again");
    await expect(edit({ storageS3: { ...location, accessKeyId: "other" } })).rejects.toThrow("again");
    await expect(edit({ storageS3: null }, admin)).rejects.toMatchObject({ code: "forbidden" });
    expect((await edit({ storageS3: null })).storageS3).toBeNull();
    expect(await sealed()).toBeNull();
  });
});
