import { PutBucketVersioningCommand } from "@aws-sdk/client-s3";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { RunNumbers } from "@/contracts/history";
import type { MarkPolicy } from "@/domain/gc/mark";
import type { S3Location } from "@/domain/registries/s3-location";
import { buildImage, buildIndex, buildLayer } from "@/scripts/demo/oci-image";
import { createImagePusher } from "@/scripts/demo/push-image";
import { executeRun } from "@/server/history/execute-run";
import { ensureRegistryCa } from "@/server/platform/crypto/registry-ca";
import { encryptSecret } from "@/server/platform/crypto/secret-box";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { env } from "@/server/platform/env";
import { closeQueues } from "@/server/platform/queue/enqueue";
import { S3Storage } from "@/server/platform/storage/s3-storage";
import { bucketRow } from "@/server/registries/bucket-access";
import { closeRegistries } from "@/server/registries/open-registry";
import { setConsoleEnv } from "@/testing/console-env";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { testRedisUrl } from "@/testing/redis";
import { startTestRegistry, type TestRegistry } from "@/testing/registry";
import { startRegistryProxy } from "@/testing/registry-proxy";
import { startTestS3Server, type TestS3Server } from "@/testing/s3-server";
import { filesOf, keysOf, putObject, uploadTree } from "@/testing/s3-tree";
import { skopeoCopy, skopeoDelete, skopeoPull } from "@/testing/skopeo";
import { collectTree, MemoryReferenceCache, temporaryRoot } from "@/testing/storage/collect";
import { EDGE_CASES, generateStorage } from "@/testing/storage/generate-storage";
import { sha256Of } from "@/testing/storage/storage-tree";
import { createTestTenant, type TestTenant } from "@/testing/tenant";
import { inBatches } from "./candidate-list";
import { executeGc } from "./execute-gc";
import { findCandidates } from "./find-candidates";
import { finishStorage } from "./finish-storage";
import { scanStorage } from "./scan-storage";
import { startGc } from "./start-gc";
import { sweepCandidates } from "./sweep-candidates";

const never = new AbortController().signal;
const executors = { gc: executeGc, reclaim: executeGc, restore: executeGc, purge: executeGc };
const REPOSITORIES = "docker/registry/v2/repositories";
let server: TestS3Server;
let database: TestDatabase;
let source: TestRegistry;
let location: S3Location;
let registry: TestRegistry;
let tenant: TestTenant;
const cleanups: (() => unknown)[] = [];

beforeAll(async () => {
  [server, database, source] = await Promise.all([startTestS3Server(), createTestDatabase(), startTestRegistry()]);
  setConsoleEnv({
    databaseUrl: database.url,
    redisUrl: testRedisUrl(),
    ...{ RECLAIM_TOKEN_TTL_SECONDS: "1", RECLAIM_TOKEN_LEEWAY_SECONDS: "0", RECLAIM_INFLIGHT_WINDOW_SECONDS: "0" },
    ...{ RECLAIM_UPLOAD_IDLE_SECONDS: "1", RECLAIM_WRITER_TIMEOUT_SECONDS: "20", RECLAIM_GRACE_HOURS: "0" },
  });
  await ensureRegistryCa(env().RECLAIM_CA_DIR);
});
afterAll(async () => {
  closeRegistries();
  await closeQueues();
  await disconnectPrisma();
  await Promise.all([server?.stop(), source?.stop(), database?.drop()]);
});
beforeEach(async () => {
  location = await server.createBucket({ root: "images/one" });
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A real registry that keeps its blobs in the bucket, as a workspace has it. */
async function startRegistry(): Promise<void> {
  const bucket = { location, secretAccessKey: server.secretAccessKey };
  registry = await startTestRegistry({ bucket });
  cleanups.push(() => registry.stop());
  tenant = await createTestTenant({ registryUrl: registry.url, auth: "console" });
  const where = { id: tenant.registryId };
  await prisma().registry.update({ where, data: bucketRow(bucket) });
  // One console has one registry of its own.
  cleanups.push(() => prisma().registry.update({ where, data: { detachedAt: new Date() } }));
}

/** An image in a registry to copy from, single or for two platforms; answers its digest. */
async function makeImage(name: string, isIndex = false): Promise<string> {
  const pusher = createImagePusher({ registryUrl: source.url, username: null, password: null });
  const base = await buildLayer("a base that all share", [{ path: "base", sizeBytes: 3_000 }]);
  const own = async (of: string) => {
    const layers = [base, await buildLayer(`${name} ${of}`, [{ path: "app", sizeBytes: 3_000 }])];
    return buildImage({ layers, createdAt: new Date(0), labels: { of: `${name} ${of}` } });
  };
  const platforms = ["amd64", "arm64"].map((architecture) => ({ os: "linux", architecture }));
  const children = [];
  for (const platform of isIndex ? platforms : []) children.push({ image: await own(platform.architecture), platform });
  const image = isIndex ? buildIndex({ children }) : await own("amd64");
  await pusher.push("images", image, name);
  pusher.close();
  return image.digest;
}

const at = (repository: string, reference: string) => ({ registryUrl: registry.url, repository, reference });
const copy = async (name: string, repository: string, tag: string) => {
  const from = { registryUrl: source.url, repository: "images", reference: name };
  expect(await skopeoCopy(from, at(repository, tag))).toEqual({ ok: true, error: null });
};

async function collect(options: Partial<Parameters<typeof startGc>[1]>) {
  const { id } = await startGc(tenant.scope, { spaceId: tenant.spaceId, deleteUntagged: true, ...options });
  await executeRun(id, "worker", executors, never);
  const run = await prisma().run.findUniqueOrThrow({ where: { id } });
  return { id, status: run.status, error: run.error, totals: run.totals as RunNumbers };
}

describe("a collection of a registry whose blobs are in a bucket", () => {
  test("D-12 K-06 takes what the policy says of what skopeo pushed, in both modes, and everything else still pulls", {
    timeout: 180_000,
  }, async () => {
    await startRegistry();
    const [one, multi, overwritten, deleted] = [
      await makeImage("one"),
      await makeImage("multi", true),
      await makeImage("overwritten"),
      await makeImage("deleted", true),
    ];
    await copy("one", "acme/app", "v1");
    await copy("multi", "acme/app", "multi");
    await copy("overwritten", "acme/app", "latest");
    await copy("one", "acme/app", "latest");
    await copy("multi", "acme/nested/app", "multi");
    await copy("deleted", "acme/app", "old");
    expect((await skopeoDelete(at("acme/app", "old"))).ok).toBe(true);
    const whole = await keysOf(server, location);

    const first = await collect({ deleteUntagged: false });
    expect(first).toMatchObject({ status: "succeeded", totals: { deletedManifests: 0, oddities: 0 } });
    // Children of the deleted index are manifests like others: without the other policy they stay with all that is theirs.
    expect(first.totals.deletedBlobs).toBe(1);
    expect(first.totals.spaceFreeWhy).toBeUndefined();
    expect((await skopeoPull(at("acme/app", overwritten))).ok).toBe(true);

    const second = await collect({ mode: "online" });
    expect(second).toMatchObject({ status: "succeeded", totals: { deletedManifests: 3 } });
    // A config, a layer and a manifest each of the overwritten one and of the two children.
    expect(second.totals.deletedBlobs).toBe(9);
    const rest = await keysOf(server, location);
    // 10 blobs, 3 revisions, 6 layer links, and what the moved tag remembered.
    expect(whole.length - rest.length).toBe(20);
    expect(rest.filter((key) => key.includes("gc-quarantine"))).toEqual([]);
    for (const [reference, digest] of [
      ["v1", one],
      ["latest", one],
      ["multi", multi],
    ] as const)
      expect(await skopeoPull(at("acme/app", reference))).toMatchObject({ ok: true, digest });
    expect(await skopeoPull(at("acme/nested/app", "multi"))).toMatchObject({ ok: true, digest: multi });
    expect((await skopeoPull(at("acme/app", overwritten))).ok).toBe(false);

    const third = await collect({});
    expect(third).toMatchObject({ status: "succeeded", totals: { candidateManifests: 0, candidateBlobs: 0 } });
    expect(await keysOf(server, location)).toEqual(rest);
    // What was taken can be pushed again, and is whole then.
    await copy("deleted", "acme/app", "old");
    expect(await skopeoPull(at("acme/app", "old"))).toMatchObject({ ok: true, digest: deleted });
  });

  test("D-12 AL-14 stops before it deletes anything where a listing fails in its middle, the keys or the bucket are wrong", {
    timeout: 120_000,
  }, async () => {
    await startRegistry();
    await makeImage("one");
    await copy("one", "acme/app", "v1");
    await copy("one", "acme/other", "v1");
    // More than a page of repositories' keys: the second page is asked for.
    const layers = Array.from({ length: 1_050 }, (_, i) => sha256Of(`layer ${i}`).slice(7));
    await Promise.all(
      layers.map((hex) =>
        putObject(server, location, `${REPOSITORIES}/acme/big/_layers/sha256/${hex}/link`, `sha256:${hex}`),
      ),
    );
    await putObject(server, location, `docker/registry/v2/blobs/sha256/${"ab"}/${"ab".repeat(32)}/data`, "unused");
    const before = await keysOf(server, location);

    const proxy = await startRegistryProxy(server.endpoint);
    cleanups.push(() => proxy.stop());
    let failed = 0;
    proxy.tamper = ({ path }) => {
      if (!path.includes("continuation-token") && !path.includes("start-after")) return null;
      failed++;
      return { status: 500, body: "<Error><Code>InternalError</Code></Error>", type: "application/xml" };
    };
    const moved = { ...location, endpoint: proxy.url };
    const where = { id: tenant.registryId };
    const { secretAccessKey } = server;
    await prisma().registry.update({ where, data: bucketRow({ location: moved, secretAccessKey }) });
    const broken = await collect({});
    expect(broken).toMatchObject({ status: "failed", error: { code: "storage_unreadable" } });
    expect(JSON.stringify(broken.error)).toContain("it answered 500");
    // It was tried again, and given up.
    expect(failed).toBeGreaterThan(1);
    expect(await keysOf(server, location)).toEqual(before);

    await prisma().registry.update({ where, data: { s3SecretEncrypted: encryptSecret("another") } });
    proxy.tamper = null;
    const refused = await collect({});
    // What it tries first may be to read or to remove a probe of its own.
    const code = expect.stringMatching(/^storage_(unreadable|not_writable)$/);
    expect(refused).toMatchObject({ status: "failed", error: { code } });
    expect(JSON.stringify(refused.error)).toContain("the secret key is wrong");
    const nowhere = { ...location, bucket: "no-such-bucket" };
    await prisma().registry.update({ where, data: bucketRow({ location: nowhere, secretAccessKey }) });
    expect(JSON.stringify((await collect({ mode: "online" })).error)).toContain("there is no such bucket");
    // What is more than before are probes of the console's own, which it could not take away again.
    const probes = (await keysOf(server, location)).filter((key) => !before.includes(key));
    expect(await keysOf(server, location)).toEqual([...before, ...probes].sort());
    expect(probes.length).toBeLessThanOrEqual(2);
    // Whatever ended it, pushes are granted again.
    expect(await prisma().registry.findUniqueOrThrow({ where })).toMatchObject({ readOnlyRunId: null });

    await prisma().registry.update({ where, data: bucketRow({ location, secretAccessKey }) });
    await server.client.send(
      new PutBucketVersioningCommand({ Bucket: location.bucket, VersioningConfiguration: { Status: "Enabled" } }),
    );
    const done = await collect({});
    expect(done).toMatchObject({ status: "succeeded", totals: { deletedBlobs: 1 + probes.length } });
    // AL-14: the registry has it no more, the bucket still does.
    expect(done.totals).toMatchObject({ spaceFreeWhy: expect.stringContaining("no lifecycle rule ends them") });
    expect(done.totals.spaceFreeAt).toBeUndefined();
    expect((await skopeoPull(at("acme/other", "v1"))).ok).toBe(true);
  });
});

describe("marking and sweeping a bucket", () => {
  const policy: MarkPolicy = {
    ...{ deleteUntagged: false, keptRepositoryPrefixes: [], collectedPrefixes: null, keptDigests: [] },
    ...{ keepWrittenAfterMs: null, keepRevisionsWrittenAfterMs: null },
  };

  async function marked(deleteUntagged: boolean, cache = new MemoryReferenceCache()) {
    const requests: string[] = [];
    const storage = new S3Storage({
      ...{ location, secretAccessKey: server.secretAccessKey },
      onRequest: (command) => requests.push(command),
    });
    cleanups.push(() => storage.close());
    const scan = await scanStorage(storage, { cache, withLinkTimes: false });
    const found = await findCandidates(storage, scan, { ...policy, deleteUntagged });
    return { storage, scan, found, requests };
  }

  test("D-12 takes exactly what the generator calls garbage, edge cases too, as the same tree in a folder loses, with few requests", {
    timeout: 180_000,
  }, async () => {
    const { root, remove } = temporaryRoot();
    cleanups.push(remove);
    const shape = { seed: 17, repositories: 5, tagsPerRepository: 20, sparseLayers: false, edges: EDGE_CASES };
    const tree = generateStorage(root, shape);
    const objects = await uploadTree(root, server, location);
    const cache = new MemoryReferenceCache();
    const blobs = (found: Awaited<ReturnType<typeof marked>>["found"]) =>
      found.candidates.flatMap(({ kind, digest }) => (kind === "blob" ? [digest] : [])).sort();
    expect(blobs((await marked(false, cache)).found)).toEqual(tree.expected.all.garbage);

    const { storage, scan, found, requests } = await marked(true);
    expect(blobs(found)).toEqual(tree.expected.tagged.garbage);
    const sweep = await sweepCandidates(storage, inBatches(found.candidates, 1_000), {
      ...{ beforeBatch: async () => {}, onBatch: async () => {}, nowMs: () => 0 },
    });
    expect(sweep).toEqual({ end: "done", failures: [] });
    const bound = 1.2 * (objects / 1_000 + scan.manifestsRead + found.candidates.length / 1_000);
    expect(requests.length).toBeLessThanOrEqual(bound);
    expect(requests.filter((command) => command === "DeleteObjects").length).toBe(4);

    await collectTree(root, { deleteUntagged: true });
    expect(await keysOf(server, location)).toEqual(filesOf(root));
    // Known manifests are not read again: what is left are pages, and the links that no history tells of.
    const again = await marked(true, cache);
    expect(again.found.candidates).toEqual([]);
    expect(again.scan.manifestsRead).toBeLessThanOrEqual(3);
    expect(again.requests.length).toBeLessThanOrEqual(8);
  });

  test("D-40 takes uploads away that are older than a week, with their objects, and leaves younger ones", async () => {
    await putObject(server, location, `${REPOSITORIES}/acme/app/_uploads/1234/startedat`, "2026-01-01T00:00:00Z");
    const { storage, scan } = await marked(true);
    const options = { isBarred: true, signal: never, stillHeld: async () => {} };
    await finishStorage(scan.view, { ...options, nowMs: Date.now() });
    expect(await keysOf(server, location)).toHaveLength(1);
    const inAWeek = Date.now() + 8 * 24 * 3_600_000;
    expect(await finishStorage(await storage.snapshot(), { ...options, nowMs: inAWeek })).toMatchObject({
      removedUploads: 1,
    });
    expect(await keysOf(server, location)).toEqual([]);
  });
});
