import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { executeRun } from "@/server/history/execute-run";
import { crawlRegistry } from "@/server/images/crawl-registry";
import { listImages } from "@/server/images/list-images";
import { ensureRegistryCa } from "@/server/platform/crypto/registry-ca";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { env } from "@/server/platform/env";
import { closeQueues } from "@/server/platform/queue/enqueue";
import { closeRegistries } from "@/server/registries/open-registry";
import { setConsoleEnv } from "@/testing/console-env";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { testRedisUrl } from "@/testing/redis";
import { temporaryRoot } from "@/testing/storage/collect";
import { StorageTree } from "@/testing/storage/storage-tree";
import { createTestTenant, type TestTenant } from "@/testing/tenant";
import { executeGc } from "./execute-gc";
import { measureUnused } from "./measure-unused";
import { startGc } from "./start-gc";

/** What one tenant may push, all of which a registry accepts, must not keep anybody's registry from being read or collected. */
const never = new AbortController().signal;
const executors = { gc: executeGc, reclaim: executeGc, restore: executeGc, purge: executeGc };
let database: TestDatabase;
let tenant: TestTenant;
let root: string;
let removeRoot: () => void;

beforeAll(async () => {
  database = await createTestDatabase();
  setConsoleEnv({
    databaseUrl: database.url,
    redisUrl: testRedisUrl(),
    RECLAIM_TOKEN_LEEWAY_SECONDS: "0",
    RECLAIM_UPLOAD_IDLE_SECONDS: "1",
    RECLAIM_GRACE_HOURS: "0",
  });
  await ensureRegistryCa(env().RECLAIM_CA_DIR);
});
afterAll(async () => {
  closeRegistries();
  await closeQueues();
  await disconnectPrisma();
  await database.drop();
});
beforeEach(async () => {
  ({ root, remove: removeRoot } = temporaryRoot());
  tenant = await createTestTenant({
    name: `t${Math.random().toString(36).slice(2)}`,
    prefix: "acme",
    storageRoot: root,
    auth: "console",
  });
});
afterEach(() => removeRoot());

const hostile: [string, (tree: StorageTree) => string][] = [
  [
    "a NUL in a media type",
    (tree) => tree.image("acme/app", "nul", { extra: { artifactType: "application/x\0y" } }).digest,
  ],
  [
    "half a surrogate pair in a media type",
    (tree) => tree.image("acme/app", "half", { extra: { artifactType: "application/\ud800" } }).digest,
  ],
  [
    "a media type that nobody knows, with a NUL",
    (tree) => {
      const manifest = tree.json({ schemaVersion: 2, mediaType: "weird\0\udc00", layers: [] });
      tree.revision("acme/app", manifest.digest);
      return manifest.digest;
    },
  ],
  [
    "a build time after the year 9999",
    (tree) => imageWithConfig(tree, { created: "+010000-01-01T00:00:00Z", os: "linux", architecture: "amd64" }),
  ],
  ["a build time before the year 1", (tree) => imageWithConfig(tree, { created: "-000044-03-15T00:00:00Z" })],
  ["a NUL in the platform", (tree) => imageWithConfig(tree, { os: "linux\0", architecture: "amd\ud83464" })],
  [
    "sizes beyond all that a number can hold",
    (tree) => {
      const layers = ["a", "b", "c"].map((name) => ({
        ...tree.layer("acme/app", name),
        size: Number.MAX_SAFE_INTEGER,
      }));
      return tree.image("acme/app", "huge", { layers }).digest;
    },
  ],
];

function imageWithConfig(tree: StorageTree, content: object): string {
  const config = tree.json(content);
  tree.layerLink("acme/app", config.digest);
  const manifest = tree.json({
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    config: { mediaType: "application/vnd.oci.image.config.v1+json", ...config },
    layers: [],
  });
  tree.revision("acme/app", manifest.digest);
  return manifest.digest;
}

describe.each(hostile)("a manifest with %s", (_, push) => {
  it("is read into the inventory, shown, measured and collected around", async () => {
    const tree = new StorageTree(root);
    const digest = push(tree);
    tree.tag("acme/app", "v1", digest);
    const garbage = tree.blob("unused");

    expect(await crawlRegistry(tenant.registryId, never)).toEqual({ repositories: 1, failed: 0 });
    const { items } = await listImages(tenant.scope, {
      spaceId: tenant.spaceId,
      state: "any",
      sort: "size",
      limit: 10,
    });
    expect(items.map((item) => item.digest)).toEqual([digest]);
    expect(items.every((item) => Number.isSafeInteger(item.logicalBytes))).toBe(true);

    // As a collection meets it first: nothing is known yet.
    await prisma().repositoryManifest.deleteMany({ where: { registryId: tenant.registryId } });
    await prisma().manifest.deleteMany({ where: { registryId: tenant.registryId } });
    await measureUnused(tenant.registryId, never);
    await prisma().manifest.deleteMany({ where: { registryId: tenant.registryId } });
    const { id } = await startGc(tenant.scope, {
      spaceId: tenant.spaceId,
      deleteUntagged: true,
      isDryRun: false,
      timeBoxMinutes: null,
    });
    await executeRun(id, "worker", executors, never);
    const run = await prisma().run.findUniqueOrThrow({ where: { id } });
    expect([run.status, run.error]).toEqual(["succeeded", null]);
    expect([tree.hasBlob(garbage), tree.hasBlob(digest)]).toEqual([false, true]);
  });
});
