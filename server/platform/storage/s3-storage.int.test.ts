import {
  CreateMultipartUploadCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketVersioningCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Oddity } from "@/domain/gc/oddity";
import type { S3Location } from "@/domain/registries/s3-location";
import { forEachLimited } from "@/server/platform/registry/for-each-limited";
import { startTestS3Server, type TestS3Server } from "@/testing/s3-server";
import { keysOf, putObject, uploadTree } from "@/testing/s3-tree";
import { temporaryRoot } from "@/testing/storage/collect";
import { EDGE_CASES, generateStorage } from "@/testing/storage/generate-storage";
import { sha256Of } from "@/testing/storage/storage-tree";
import type { BlobStorage } from "./blob-storage";
import { StorageReadError } from "./blob-storage";
import { FilesystemStorage } from "./filesystem-storage";
import { copyObject } from "./s3-copy";
import { ALLOWED_MS, RemovalTooLate } from "./s3-removals";
import { S3Storage } from "./s3-storage";

const V2 = "docker/registry/v2";
const RUN = "run_1";
const limits = { maxBytes: 1_000_000 };
let server: TestS3Server;
const cleanups: (() => void)[] = [];

beforeAll(async () => {
  server = await startTestS3Server();
});
afterAll(() => server.stop());
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

function open(location: S3Location, onRequest?: (command: string) => void, keysPerPage = 1_000): S3Storage {
  const { secretAccessKey } = server;
  const storage = new S3Storage({ location, secretAccessKey, onRequest, attempts: 2, keysPerPage });
  cleanups.push(() => storage.close());
  return storage;
}

const blobKey = (digest: string) => `${V2}/blobs/sha256/${digest.slice(7, 9)}/${digest.slice(7)}/data`;

async function putBlob(location: S3Location, body: string): Promise<string> {
  const digest = sha256Of(body);
  await putObject(server, location, blobKey(digest), body);
  return digest;
}

/**
 * Everything that listings say, without times (an upload to the store is later), in an order of its own. `every`: of so many blobs and
 * repositories one is looked into, where that takes a request for each.
 */
async function everythingSaid(storage: BlobStorage, every = 1) {
  const oddities: Oddity[] = [];
  const reads = { onOddity: (oddity: Oddity) => oddities.push(oddity) };
  const blobs: unknown[] = [];
  for (const [at, shard] of (await storage.listBlobShards(reads)).entries()) {
    if (at % (every * 4) >= 4) continue;
    for (const hex of (await storage.listBlobs(shard, reads)).sort()) {
      const stat = await storage.statBlob(`sha256:${hex}`);
      // A directory without content is nothing in a bucket.
      if (stat !== null) blobs.push([hex, stat.sizeBytes]);
    }
  }
  const repositories: unknown[] = [];
  for (const [at, name] of (await storage.listRepositories(reads)).entries()) {
    if (at % every > 0) continue;
    const { revisions } = await storage.listRevisions(name, reads);
    const tags = (await storage.listTags(name, reads)).sort((a, b) => (a.name < b.name ? -1 : 1));
    const histories = [];
    for (const tag of tags) histories.push((await storage.listTagHistory(name, tag.name)).sort());
    const { links, aliases } = await storage.listLayerLinks(name, reads);
    repositories.push({
      name,
      revisions: revisions.map(({ digest, isContradictory }) => `${digest} ${isContradictory}`).sort(),
      ...{ tags, histories, tagNames: (await storage.listTagNames(name)).sort(), aliases },
      layers: links.map(({ digest }) => digest).sort(),
    });
  }
  return { blobs, repositories, oddities: oddities.map((oddity) => JSON.stringify(oddity)).sort() };
}

describe("a registry's storage in a bucket", () => {
  test("D-12 is read as the same tree in a folder is, from one walk of few requests and call by call", {
    timeout: 120_000,
  }, async () => {
    const { root, remove } = temporaryRoot();
    cleanups.push(remove);
    const shape = { seed: 7, repositories: 5, tagsPerRepository: 20, sparseLayers: false, edges: EDGE_CASES };
    generateStorage(root, shape);
    const location = await server.createBucket({ root: "registries/one" });
    const objects = await uploadTree(root, server, location);
    expect(objects).toBeGreaterThan(1_500);
    // Of another registry in the same bucket.
    await putObject(server, { ...location, root: "registries/one-more" }, `${V2}/blobs/sha256/00/x/data`, "x");

    const requests: string[] = [];
    const storage = open(location, (command) => requests.push(command));
    const expected = await everythingSaid(new FilesystemStorage(root));
    expect(expected.repositories.length).toBeGreaterThan(8);
    expect(await everythingSaid(await storage.snapshot())).toEqual(expected);
    const listings = requests.filter((command) => command === "ListObjectsV2").length;
    expect(listings).toBeLessThanOrEqual(1.2 * (objects / 1_000) + 2);
    // A tag's link is read only where its history does not tell.
    expect(requests.filter((command) => command === "GetObject").length).toBeLessThanOrEqual(3);
    const every = 4;
    expect(await everythingSaid(storage, every)).toEqual(await everythingSaid(new FilesystemStorage(root), every));
  });

  test("D-12 lists more blobs and repositories than a page holds in several parts, each once", {
    timeout: 120_000,
  }, async () => {
    const location = await server.createBucket();
    // Empty objects: what counts here are keys.
    const digests = Array.from({ length: 1_300 }, (_, at) => sha256Of(`blob ${at}`));
    const names = Array.from({ length: 240 }, (_, at) => `team-${at % 8}/app-${at}`);
    const keys = [
      ...digests.map(blobKey),
      ...names.map((name) => `${V2}/repositories/${name}/_layers/sha256/${sha256Of(name).slice(7)}/link`),
    ];
    await forEachLimited(keys, 48, (key) => putObject(server, location, key, ""));
    const requests: string[] = [];
    const keysPerPage = 20;
    const told: number[] = [];
    const storage = open(location, (command) => requests.push(command), keysPerPage);
    const view = await storage.snapshot({ onBlobs: (count) => told.push(count) });
    // With the first page, and then with each.
    expect(told[0]).toBe(keysPerPage);
    expect(told.at(-1)).toBe(digests.length);
    expect(told.length).toBeGreaterThan(digests.length / keysPerPage);
    const listed = [];
    for (const shard of await view.listBlobShards()) listed.push(...(await view.listBlobs(shard)));
    expect(listed.map((hex) => `sha256:${hex}`)).toEqual([...digests].sort());
    expect(await view.listRepositories()).toEqual([...names].sort());
    expect(await view.statBlob(digests[1] ?? "")).toMatchObject({ sizeBytes: 0 });
    expect(await view.statBlob(sha256Of("never there"))).toBeNull();
    expect(requests.length).toBeLessThanOrEqual(1.2 * (keys.length / keysPerPage));
    // Parts that are read at once: no listing waits for the one before it all along.
    expect(requests.length).toBeGreaterThan(keys.length / keysPerPage);
  });

  test("D-12 takes many removals as few requests, and a missing object for removed", async () => {
    const location = await server.createBucket();
    const digests = await Promise.all(Array.from({ length: 1_100 }, (_, at) => putBlob(location, `blob ${at}`)));
    const kept = await putBlob(location, "kept");
    const requests: string[] = [];
    const storage = open(location, (command) => requests.push(command));
    const removed = await Promise.all(
      [...digests, sha256Of("never there")].map((digest) => storage.deleteBlob(digest)),
    );
    expect(removed.every(Boolean)).toBe(true);
    expect(requests).toEqual(["DeleteObjects", "DeleteObjects"]);
    expect(await keysOf(server, location)).toEqual([blobKey(kept)]);
  });

  test("law 5: sends no removal that was allowed before this process stood still", async () => {
    const location = await server.createBucket();
    const digest = await putBlob(location, "hello");
    const storage = open(location);
    // Connected before, so that it is only the sending that is late.
    expect(await storage.statBlob(digest)).not.toBeNull();
    const removal = storage.deleteBlob(digest);
    const refused = expect(removal).rejects.toBeInstanceOf(RemovalTooLate);
    const asleep = new Int32Array(new SharedArrayBuffer(4));
    Atomics.wait(asleep, 0, 0, ALLOWED_MS + 200);
    await refused;
    expect(await storage.statBlob(digest)).not.toBeNull();
    // Asked for again, it goes.
    expect(await storage.deleteBlob(digest)).toBe(true);
    expect(await keysOf(server, location)).toEqual([]);
  });

  test("N-07 moves a blob into a quarantine and back inside the store, and purges only its own copy", async () => {
    const location = await server.createBucket({ root: "reg" });
    const storage = open(location);
    const digest = await putBlob(location, "hello");
    expect(await storage.quarantineBlob(RUN, digest)).toBe(true);
    expect(await storage.quarantineBlob(RUN, sha256Of("never there"))).toBe(false);
    expect(await storage.statBlob(digest)).toBeNull();
    expect(await storage.quarantineBlob(RUN, digest)).toBe(false);
    const body = await storage.readQuarantinedBlob(RUN, digest, limits);
    expect(body.state === "read" && Buffer.from(body.body).toString()).toBe("hello");
    expect(await storage.readQuarantinedBlob(RUN, digest, { maxBytes: 4 })).toEqual({
      state: "too_large",
      sizeBytes: 5,
    });
    expect(await storage.listQuarantines()).toEqual([RUN]);
    expect(await storage.listQuarantinedBlobs(RUN)).toEqual([{ digest, sizeBytes: 5 }]);
    // Nothing of it is where the registry looks.
    expect((await keysOf(server, location)).filter((key) => key.startsWith(V2))).toEqual([]);

    expect(await storage.releaseBlob(RUN, digest)).toBe("returned");
    expect(await storage.releaseBlob(RUN, digest)).toBe("missing");
    expect(await keysOf(server, location)).toEqual([blobKey(digest)]);

    await storage.quarantineBlob(RUN, digest);
    await putBlob(location, "hello");
    expect(await storage.releaseBlob(RUN, digest)).toBe("dropped");
    await storage.quarantineBlob(RUN, digest);
    await putBlob(location, "hello");
    expect(await storage.purgeQuarantinedBlob(RUN, digest)).toBe(true);
    expect(await keysOf(server, location)).toEqual([blobKey(digest)]);
    for (const runId of ["..", "a/b", ""])
      await expect(storage.quarantineBlob(runId, digest)).rejects.toBeInstanceOf(TypeError);
  });

  test("N-07 copies in parts what is too large to be copied at once, and leaves nothing half done", async () => {
    const location = await server.createBucket();
    const Bucket = location.bucket;
    // Parts other than the last are of 5 MiB at least.
    const partBytes = 5 * 1024 ** 2;
    const body = Buffer.alloc(partBytes + 1_000, "reclaim");
    await putObject(server, location, "from", body);
    const limits = { wholeBytes: partBytes, partBytes };
    await copyObject(server.client, `${Bucket}/from`, { Bucket, Key: "to" }, body.length, limits);
    const { Body } = await server.client.send(new GetObjectCommand({ Bucket, Key: "to" }));
    expect(sha256Of((await Body?.transformToByteArray()) ?? "")).toBe(sha256Of(body));
    const missing = copyObject(server.client, `${Bucket}/gone`, { Bucket, Key: "never" }, body.length, limits);
    await expect(missing).rejects.toThrow();
    expect(await keysOf(server, location)).toEqual(["from", "to"]);
    expect((await server.client.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads ?? []).toEqual([]);
  });

  test("N-07 writes revisions, layer links and a tag's history again, and no tag that is gone", async () => {
    const location = await server.createBucket();
    const storage = open(location);
    const digest = sha256Of("a manifest");
    await putObject(server, location, `${V2}/repositories/acme/app/_manifests/tags/v1/current/link`, digest);
    await storage.restoreRevision("acme/app", digest);
    await storage.restoreLayerLink("acme/app", digest);
    await storage.restoreTagHistoryEntry("acme/app", "v1", digest);
    await storage.restoreTagHistoryEntry("acme/app", "gone", digest);
    expect(await storage.hasRevision("acme/app", digest)).toBe(true);
    expect(await storage.hasLayerLink("acme/app", digest)).toBe(true);
    expect(await storage.readTag("acme/app", "v1")).toEqual({ name: "v1", target: digest, isUnclear: false });
    expect(await storage.listTagHistory("acme/app", "v1")).toEqual([digest]);
    expect(await storage.listTags("acme/app")).toHaveLength(1);
    expect(Math.abs(((await storage.revisionWrittenAt("acme/app", digest)) ?? 0) - Date.now())).toBeLessThan(60_000);
    expect(await storage.revisionWrittenAt("acme/app", sha256Of("another"))).toBeNull();
    await storage.deleteRevision("acme/app", digest);
    expect(await storage.hasRevision("acme/app", digest)).toBe(false);
  });

  test("D-40 sees uploads under way, and takes an abandoned one away with its parts", async () => {
    const location = await server.createBucket({ root: "reg" });
    const storage = open(location);
    const Key = `reg/${V2}/repositories/acme/app/_uploads/1234/data`;
    const target = { Bucket: location.bucket, Key };
    const { UploadId } = await server.client.send(new CreateMultipartUploadCommand(target));
    await server.client.send(new UploadPartCommand({ ...target, UploadId, PartNumber: 1, Body: "part" }));
    await putObject(server, location, `${V2}/repositories/acme/app/_uploads/1234/startedat`, "2026-01-01T00:00:00Z");
    const [active, ...others] = await storage.listActiveUploads();
    expect(others).toEqual([]);
    expect(active).toMatchObject({ repository: "acme/app", id: "1234" });
    expect(Math.abs((active?.lastActivityAtMs ?? 0) - Date.now())).toBeLessThan(60_000);
    const view = await storage.snapshot();
    expect(await view.listRepositories()).toEqual([]);
    expect(await view.listRepositories({ withUploadsOnly: true })).toEqual(["acme/app"]);
    expect(await view.listUploads("acme/app")).toMatchObject([{ id: "1234" }]);

    expect(await storage.deleteUpload("acme/app", "1234")).toBe(true);
    expect(await storage.deleteUpload("acme/app", "1234")).toBe(false);
    expect(await keysOf(server, location)).toEqual([]);
    const { Uploads = [] } = await server.client.send(new ListMultipartUploadsCommand({ Bucket: location.bucket }));
    expect(Uploads).toEqual([]);
    expect(await storage.listActiveUploads()).toEqual([]);
  });

  test("AL-14 says when deleted bytes are free: at once, by a lifecycle rule, or never by themselves", async () => {
    const location = await server.createBucket({ root: "reg" });
    const storage = open(location);
    const now = await storage.physicalRelease();
    expect(Math.abs((now.at?.getTime() ?? 0) - Date.now())).toBeLessThan(60_000);
    const Bucket = location.bucket;
    await server.client.send(
      new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }),
    );
    expect(await storage.physicalRelease()).toMatchObject({
      at: null,
      why: expect.stringContaining("no lifecycle rule"),
    });
    const rule = (prefix: string, days: number) => ({
      ...{ ID: `${prefix} ${days}`, Status: "Enabled" as const, Filter: { Prefix: prefix } },
      NoncurrentVersionExpiration: { NoncurrentDays: days },
    });
    const Rules = [rule("another/", 1), rule("reg/", 30), rule("", 90)];
    await server.client.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }));
    const later = await storage.physicalRelease();
    expect(later.why).toContain("30 days");
    const days = ((later.at?.getTime() ?? 0) - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(30);
    expect(days).toBeLessThan(31.1);
    // Versions, and not what is current, are what stays: a deleted blob is gone for the registry at once.
    const digest = await putBlob(location, "hello");
    await storage.deleteBlob(digest);
    expect(await storage.statBlob(digest)).toBeNull();
  });

  test("D-12 never takes a failure for absence: wrong keys, no bucket, nobody there, half a registry", async () => {
    const location = await server.createBucket();
    const digest = await putBlob(location, "hello");
    const wrong = {
      "the access key is not known there": { ...location, accessKeyId: "nobody" },
      "there is no such bucket": { ...location, bucket: "no-such-bucket" },
      "nothing answers at the endpoint": { ...location, endpoint: "http://127.0.0.1:1" },
    };
    for (const [why, there] of Object.entries(wrong)) {
      const storage = open(there);
      for (const read of [
        () => storage.snapshot(),
        () => storage.listRepositories(),
        () => storage.statBlob(digest),
        () => storage.readBlob(digest, limits),
        () => storage.hasRevision("acme/app", digest),
        () => storage.listActiveUploads(),
      ]) {
        const error = await read().catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(StorageReadError);
        expect(String(error)).toContain(why);
        expect(String(error)).not.toContain(server.secretAccessKey);
      }
      await expect(storage.deleteBlob(digest)).rejects.toThrow(why);
      await expect(storage.restoreRevision("acme/app", digest)).rejects.toThrow(why);
      expect((await storage.physicalRelease()).at).toBeNull();
    }
    const denied = new S3Storage({ location, secretAccessKey: "wrong", attempts: 1 });
    cleanups.push(() => denied.close());
    await expect(denied.snapshot()).rejects.toThrow("the secret key is wrong");
    // Blobs without a single repository: all of them would look unused.
    await expect(open(location).snapshot()).rejects.toThrow("no repositories");
    await expect(open(location).listRepositories()).rejects.toThrow("no repositories");
    expect(await keysOf(server, location)).toEqual([blobKey(digest)]);
  });

  test("D-12 stops a walk where it is told to", async () => {
    const location = await server.createBucket();
    await putBlob(location, "hello");
    const reason = new Error("cancelled");
    await expect(open(location).snapshot({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const storage = open(location, () => controller.abort(reason));
    await expect(storage.snapshot({ signal: controller.signal })).rejects.toBe(reason);
  });
});
