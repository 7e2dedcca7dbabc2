import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { RunNumbers } from "@/contracts/history";
import type { GcMode } from "@/domain/gc/gc-mode";
import type { S3Location } from "@/domain/registries/s3-location";
import { executeRun } from "@/server/history/execute-run";
import { ensureRegistryCa } from "@/server/platform/crypto/registry-ca";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { env } from "@/server/platform/env";
import { closeQueues } from "@/server/platform/queue/enqueue";
import { ALLOWED_MS } from "@/server/platform/storage/s3-removals";
import { bucketRow } from "@/server/registries/bucket-access";
import { closeRegistries } from "@/server/registries/open-registry";
import { setConsoleEnv } from "@/testing/console-env";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { startProgram } from "@/testing/programs";
import { testRedisUrl } from "@/testing/redis";
import { type RegistryProxy, startRegistryProxy } from "@/testing/registry-proxy";
import { startTestS3Server, type TestS3Server } from "@/testing/s3-server";
import { filesOf, keysOf, putObject, uploadTree } from "@/testing/s3-tree";
import { collectTree, temporaryRoot } from "@/testing/storage/collect";
import { StorageTree } from "@/testing/storage/storage-tree";
import { closureProblems } from "@/testing/storage/verify-closure";
import { createTestTenant, type TestTenant } from "@/testing/tenant";
import { until } from "@/testing/until";
import { executeGc } from "./execute-gc";
import { startGc } from "./start-gc";

/** More than one request deletes. */
const MANY = 1_030;
const FEW = 60;
const UNTAGGED = 3;
const never = new AbortController().signal;
const executors = { gc: executeGc, reclaim: executeGc, restore: executeGc, purge: executeGc };
let database: TestDatabase;
let server: TestS3Server;
let proxy: RegistryProxy;
let location: S3Location;
let tenant: TestTenant;
let root: string;
let tree: StorageTree;
let removeRoot: () => void;

beforeAll(async () => {
  [database, server] = await Promise.all([createTestDatabase(), startTestS3Server()]);
  proxy = await startRegistryProxy(server.endpoint);
  setConsoleEnv({
    ...{ databaseUrl: database.url, redisUrl: testRedisUrl(), RECLAIM_GRACE_HOURS: "0" },
    ...{ RECLAIM_TOKEN_TTL_SECONDS: "1", RECLAIM_TOKEN_LEEWAY_SECONDS: "0", RECLAIM_INFLIGHT_WINDOW_SECONDS: "0" },
    ...{ RECLAIM_UPLOAD_IDLE_SECONDS: "0", RECLAIM_WRITER_TIMEOUT_SECONDS: "20" },
  });
  await ensureRegistryCa(env().RECLAIM_CA_DIR);
});
afterAll(async () => {
  closeRegistries();
  await closeQueues();
  await disconnectPrisma();
  await Promise.all([proxy?.stop(), server?.stop(), database?.drop()]);
});
beforeEach(async () => {
  ({ root, remove: removeRoot } = temporaryRoot());
  tree = new StorageTree(root);
  location = await server.createBucket({ root: "images/one" });
  tenant = await createTestTenant({ auth: "console" });
  // The processes that are killed reach the bucket through the proxy.
  const bucket = { location: { ...location, endpoint: proxy.url }, secretAccessKey: server.secretAccessKey };
  await prisma().registry.update({ where: { id: tenant.registryId }, data: bucketRow(bucket) });
});
afterEach(async () => {
  proxy.tamper = null;
  // One console has one registry of its own.
  await prisma().registry.update({ where: { id: tenant.registryId }, data: { detachedAt: new Date() } });
  removeRoot();
});

const runOf = (id: string) => prisma().run.findUniqueOrThrow({ where: { id } });
const countOf = (runId: string, state: string) => prisma().gcCandidate.count({ where: { runId, kind: "blob", state } });

/** A tagged image, untagged ones that share a layer with it, and a lot that nobody needs, in the folder and in the bucket. */
async function fill(unused: number) {
  const shared = tree.layer("acme/app", "a base that all share");
  const kept = tree.image("acme/app", "kept", { layers: [shared] });
  const untagged = Array.from({ length: UNTAGGED }, (_, i) =>
    tree.image("acme/app", `untagged ${i}`, { layers: [shared, tree.layer("acme/app", `own ${i}`)] }),
  );
  const history = untagged.map(({ digest }) => digest);
  tree.tag("acme/app", "v1", kept.digest, history);
  for (let i = 0; i < unused; i++) tree.blob(`unused ${i}`);
  await uploadTree(root, server, location);
  // Links are as young as the end of the second in which they were written.
  const over = Math.ceil(Date.now() / 1_000) * 1_000;
  await until("that second is over", async () => Date.now() > over);
  return { kept };
}

/** What a push brings while nobody collects: an image with a layer that a collection may have taken. */
async function pushMeanwhile(): Promise<string> {
  const before = new Set(filesOf(root));
  const again = tree.layer("acme/app", "unused 7");
  const { digest } = tree.image("acme/app", "pushed meanwhile", { layers: [again] });
  tree.tag("acme/app", "v2", digest);
  const brought = filesOf(root).filter((file) => !before.has(file));
  for (const file of [...brought, `docker/registry/v2/${tree.blobPath(again.digest)}`])
    await putObject(server, location, file, fs.readFileSync(path.join(root, file)));
  return digest;
}

type Request = { method: string; path: string };
const isRemoval = ({ method, path: asked }: Request) => method === "POST" && /[?&]delete/.test(asked);
const isCopy = ({ method, path: asked }: Request) => method === "PUT" && asked.includes("gc-quarantine");

/** Executes the run in a process of its own, and kills that once the store has done what `isThen` picks, before it hears of it. */
async function killOnce(id: string, isThen: (request: Request) => (() => Promise<boolean>) | null): Promise<void> {
  let child: ReturnType<typeof startProgram> | null = null;
  let isKilled = false;
  proxy.tamper = (request) => {
    const ask = isKilled ? null : isThen(request);
    return (
      ask && {
        beforeAnswer: async () => {
          if (isKilled || !(await ask())) return;
          isKilled = true;
          child?.kill("SIGKILL");
        },
      }
    );
  };
  child = startProgram("execute-gc", [id]);
  await once(child, "exit");
  proxy.tamper = null;
  expect(isKilled).toBe(true);
  expect((await runOf(id)).finishedAt).toBeNull();
}

const blobKeys = async () =>
  (await keysOf(server, location)).filter((key) => key.includes("/blobs/") && key.endsWith("/data")).length;

async function startAndFinish(mode: GcMode, kill: (id: string) => Promise<void>, whileDead: () => Promise<unknown>) {
  const { id } = await startGc(tenant.scope, { spaceId: tenant.spaceId, deleteUntagged: true, mode });
  await kill(id);
  await whileDead();
  await until("its end", async () => {
    await executeRun(id, "another worker", executors, never);
    return (await runOf(id)).finishedAt;
  });
  const run = await runOf(id);
  expect([run.status, run.error, run.epoch]).toEqual(["succeeded", null, 2]);
  return { id, totals: run.totals as RunNumbers };
}

/** The bucket holds exactly what the same tree in a folder keeps: no more, and no less. */
async function expectCollected(): Promise<void> {
  await collectTree(root, { deleteUntagged: true });
  expect(await keysOf(server, location)).toEqual(filesOf(root));
}

/** By where the process is killed: how many blobs are gone then, and how many of them are written down. */
const SWEEPS: Record<string, (id: string, all: number) => Parameters<typeof killOnce>[1]> = {
  "with manifests removed, and none of them written down": (id) => (request) =>
    isRemoval(request) ? async () => (await runOf(id)).phase === "sweeping" : null,
  "with blobs removed, and none of them written down": (_, all) => (request) =>
    isRemoval(request) ? async () => (await blobKeys()) < all : null,
  "with blobs removed, and the most of them written down": (id, all) => (request) =>
    isRemoval(request)
      ? async () => {
          if ((await blobKeys()) >= all - 1_000) return false;
          await until("the first batch is written down", async () => (await countOf(id, "deleted")) >= 1_000);
          return true;
        }
      : null,
};

describe("killed while it sweeps a bucket, a collection", () => {
  test.each(Object.keys(SWEEPS))(
    "N-06, K-06 goes on to its end with true totals: %s",
    {
      timeout: 300_000,
    },
    async (point) => {
      // How many blobs there are does not matter where none of them is removed yet.
      const unused = point.startsWith("with manifests") ? FEW : MANY;
      const { kept } = await fill(unused);
      const all = await blobKeys();
      const { totals } = await startAndFinish(
        "read_only",
        (id) => killOnce(id, SWEEPS[point]?.(id, all) ?? (() => null)),
        async () => {
          // Nobody could push: the registry stays read-only for whoever goes on.
          expect(await prisma().registry.findUniqueOrThrow({ where: { id: tenant.registryId } })).toMatchObject({
            readOnlyRunId: expect.any(String),
          });
        },
      );
      const gone = all - (await blobKeys());
      expect(gone).toBe(unused + UNTAGGED * 3);
      expect(totals).toMatchObject({
        ...{ candidateManifests: UNTAGGED, deletedManifests: UNTAGGED, candidateBlobs: gone, deletedBlobs: gone },
        candidateBytes: totals.freedBytes,
      });
      await expectCollected();
      expect(closureProblems(root, "acme/app", kept.digest)).toEqual([]);
      expect(await prisma().registry.findUniqueOrThrow({ where: { id: tenant.registryId } })).toMatchObject({
        readOnlyRunId: null,
      });
    },
  );
});

const stateOf = async (runId: string) => (await prisma().gcQuarantine.findUnique({ where: { runId } }))?.state;

const QUARANTINES: Record<string, (id: string, all: number) => Parameters<typeof killOnce>[1]> = {
  "with blobs copied, and their originals still there": () => {
    let copies = 0;
    return (request) => (isCopy(request) && ++copies >= 20 ? async () => true : null);
  },
  "with blobs moved, and none of them written down": (_, all) => (request) =>
    isRemoval(request) ? async () => (await blobKeys()) < all : null,
  "with blobs purged, and none of them written down": (id) => (request) =>
    isRemoval(request) ? async () => (await stateOf(id)) === "purging" : null,
};

/** Whoever goes on finds a store that takes its time to copy the first blob back: longer than a removal may wait. */
function copyBackSlowly(): void {
  let isSlow = true;
  proxy.tamper = ({ method, path: asked }) => {
    if (!isSlow || method !== "PUT" || !asked.includes("/blobs/sha256/")) return null;
    isSlow = false;
    return { beforeAnswer: () => new Promise((resolve) => setTimeout(resolve, ALLOWED_MS + 100)) };
  };
}

describe("killed in an online collection of a bucket, it", () => {
  test.each(Object.keys(QUARANTINES))(
    "N-06, N-07, K-06 ends with true totals, and what was pushed meanwhile: %s",
    {
      timeout: 300_000,
    },
    async (point) => {
      const { kept } = await fill(FEW);
      const all = await blobKeys();
      let pushed = "";
      const { id, totals } = await startAndFinish(
        "online",
        (runId) => killOnce(runId, QUARANTINES[point]?.(runId, all) ?? (() => null)),
        async () => {
          pushed = await pushMeanwhile();
          copyBackSlowly();
        },
      );
      const { deletedBlobs = 0, candidateBlobs, freedBytes, candidateBytes } = totals;
      // The layer that was pushed again counts where its first bytes had been purged before.
      expect([0, 1]).toContain(deletedBlobs - (FEW - 1 + UNTAGGED * 3));
      expect([candidateBlobs, candidateBytes]).toEqual([deletedBlobs, freedBytes]);
      expect(totals).toMatchObject({ candidateManifests: UNTAGGED, deletedManifests: UNTAGGED });
      expect(await stateOf(id)).toBe("purged");
      await expectCollected();
      for (const digest of [kept.digest, pushed]) expect(closureProblems(root, "acme/app", digest)).toEqual([]);
    },
  );
});
