import { EventEmitter, once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { RunNumbers } from "@/contracts/history";
import { cancelRun } from "@/server/history/cancel-run";
import { executeRun } from "@/server/history/execute-run";
import { createPins } from "@/server/images/create-pins";
import { requireNoMarking } from "@/server/images/require-no-marking";
import { updatePin } from "@/server/images/update-pin";
import { ensureRegistryCa } from "@/server/platform/crypto/registry-ca";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { env } from "@/server/platform/env";
import { newId } from "@/server/platform/new-id";
import { closeQueues } from "@/server/platform/queue/enqueue";
import { closeRegistries } from "@/server/registries/open-registry";
import { setConsoleEnv } from "@/testing/console-env";
import { startMachineClock } from "@/testing/machine-clock";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { startProgram } from "@/testing/programs";
import { testRedisUrl } from "@/testing/redis";
import { createTestUser, scopeOf } from "@/testing/signed-in";
import { temporaryRoot } from "@/testing/storage/collect";
import { generateStorage } from "@/testing/storage/generate-storage";
import { StorageTree } from "@/testing/storage/storage-tree";
import { verifyClosure } from "@/testing/storage/verify-closure";
import { createTestTenant, type TestTenant } from "@/testing/tenant";
import { until } from "@/testing/until";
import { executeGc } from "./execute-gc";
import { getGcStatus } from "./get-gc-status";
import { liftForgottenReadOnly } from "./lift-forgotten-read-only";
import { measureUnused } from "./measure-unused";
import { startGc } from "./start-gc";

/** What is swept before the next is asked for, at first. */
const BATCH = 500;
const never = new AbortController().signal;
const executors = { gc: executeGc, reclaim: executeGc, restore: executeGc, purge: executeGc };
let database: TestDatabase;
let tenant: TestTenant;
let root: string;
let removeRoot: () => void;
let holder: pg.Client | undefined;

const settings = (others: Record<string, string> = {}) => {
  setConsoleEnv({
    databaseUrl: database.url,
    redisUrl: testRedisUrl(),
    RECLAIM_TOKEN_LEEWAY_SECONDS: "0",
    RECLAIM_UPLOAD_IDLE_SECONDS: "1",
    RECLAIM_WRITER_TIMEOUT_SECONDS: "20",
    RECLAIM_GRACE_HOURS: "0",
    ...others,
  });
};

beforeAll(async () => {
  database = await createTestDatabase();
  settings();
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
  const name = `t${Math.random().toString(36).slice(2)}`;
  tenant = await createTestTenant({ name, storageRoot: root, auth: "console" });
  // What is in nobody's space is kept: all that the tests write is this workspace's.
  for (const prefix of ["acme", "team-0", "team-1", "team-2"]) {
    const { workspaceId, registryId } = tenant;
    await prisma().space.create({ data: { id: newId("spc"), workspaceId, registryId, name: prefix, prefix } });
  }
});
afterEach(async () => {
  await letJournalGo();
  await sql("DROP TRIGGER IF EXISTS slow_journal ON gc_candidates");
  // What a test left behind must not be swept by the next one's watchdog.
  await prisma().registry.updateMany({ data: { readOnlyRunId: null } });
  removeRoot();
});

async function sql(text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

/** Makes each write to the journal take a while, so that a test can step in between two batches. */
async function slowDownJournal(): Promise<void> {
  await sql(`
    CREATE OR REPLACE FUNCTION slow_journal() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.4); RETURN NULL; END';
    CREATE TRIGGER slow_journal AFTER UPDATE ON gc_candidates FOR EACH STATEMENT EXECUTE FUNCTION slow_journal()`);
}

/** Holds up each write to the journal until it is let go, so that a test knows where a sweep stands meanwhile. */
async function holdJournal(): Promise<void> {
  await sql(`
    CREATE OR REPLACE FUNCTION slow_journal() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_advisory_xact_lock(7401); RETURN NULL; END';
    CREATE TRIGGER slow_journal AFTER UPDATE ON gc_candidates FOR EACH STATEMENT EXECUTE FUNCTION slow_journal()`);
  holder = new pg.Client({ connectionString: database.url });
  await holder.connect();
  await holder.query("SELECT pg_advisory_lock(7401)");
}

async function letJournalGo(): Promise<void> {
  await holder?.end();
  holder = undefined;
}

const runOf = (id: string) => prisma().run.findUniqueOrThrow({ where: { id } });
const registry = () => prisma().registry.findUniqueOrThrow({ where: { id: tenant.registryId } });
const totalsOf = async (id: string) => (await runOf(id)).totals as RunNumbers;
const deletedRows = (runId: string) => prisma().gcCandidate.count({ where: { runId, kind: "blob", state: "deleted" } });
const start = (options: { deleteUntagged?: boolean; isDryRun?: boolean } = {}) =>
  startGc(tenant.scope, {
    spaceId: tenant.spaceId,
    deleteUntagged: true,
    isDryRun: false,
    timeBoxMinutes: null,
    ...options,
  });
const work = (runId: string, worker = "worker") => executeRun(runId, worker, executors, never);

/** Many small unused blobs beside a tagged image; as many as three batches of a sweep. */
function manyUnused(count = 1_100): { tree: StorageTree; digests: string[] } {
  const tree = new StorageTree(root);
  tree.tag("acme/app", "v1", tree.image("acme/app", "kept").digest);
  return { tree, digests: Array.from({ length: count }, (_, i) => tree.blob(`unused ${i}`)) };
}

function blobsOnDisk(): number {
  const base = path.join(root, "docker/registry/v2/blobs/sha256");
  return fs.readdirSync(base).reduce((sum, shard) => sum + fs.readdirSync(path.join(base, shard)).length, 0);
}

describe("a collection in read-only mode", () => {
  it("removes exactly what nothing needs, tells it truly, and lets writers in again", async () => {
    const tree = generateStorage(root, { repositories: 3, tagsPerRepository: 12, seed: 21 });
    const { tagged } = tree.expected;
    await measureUnused(tenant.registryId, never);
    const before = await getGcStatus(tenant.scope, { spaceId: tenant.spaceId });
    expect(before.unused).toMatchObject({
      blobCount: tree.expected.all.garbage.length,
      bytes: tagged.garbageBytes,
      untaggedManifestCount: tagged.removedRevisions.length,
    });

    const { id } = await start();
    expect((await getGcStatus(tenant.scope, { spaceId: tenant.spaceId })).activeRun?.id).toBe(id);
    await work(id);
    const run = await runOf(id);
    expect([run.status, run.error]).toEqual(["succeeded", null]);
    expect(run.totals).toMatchObject({
      manifestsDone: tree.revisions,
      candidateManifests: tagged.removedRevisions.length,
      candidateBlobs: tagged.garbage.length,
      candidateBytes: tagged.garbageBytes,
      deletedManifests: tagged.removedRevisions.length,
      deletedBlobs: tagged.garbage.length,
      freedBytes: tagged.garbageBytes,
      oddities: 0,
    });
    expect(blobsOnDisk()).toBe(tree.blobs - tagged.garbage.length);
    expect(verifyClosure(root).brokenTags).toBe(0);
    expect(await registry()).toMatchObject({ readOnlyRunId: null, readOnlySince: null });
    const after = await getGcStatus(tenant.scope, { spaceId: tenant.spaceId });
    expect(after).toMatchObject({
      unused: { blobCount: 0, bytes: 0, untaggedManifestCount: 0 },
      activeRun: null,
      lastSavings: { runId: id, freedBytes: tagged.garbageBytes },
    });
  });

  it("goes through its phases in order, and reads no manifest that is known already", async () => {
    generateStorage(root, { repositories: 2, tagsPerRepository: 5, seed: 22 });
    await measureUnused(tenant.registryId, never);
    const { id } = await start({ deleteUntagged: false });
    await work(id);
    const events = await prisma().runEvent.findMany({ where: { runId: id }, orderBy: { sequence: "asc" } });
    const phases = events.filter(({ kind }) => kind === "phase").map(({ data }) => (data as { phase: string }).phase);
    expect(phases).toEqual(["waiting_for_lock", "waiting_for_writers", "marking", "sweeping", "finishing"]);
    expect(events.find(({ kind }) => kind === "marked")?.data).toMatchObject({ manifestsRead: 0 });
  });

  it("keeps the bin, and what an interrupted move names, whatever is tagged", async () => {
    const tree = new StorageTree(root);
    const recycled = tree.image(`recyclebin/${tenant.spaceId}/acme/app`, "recycled");
    const moving = tree.image("acme/app", "moving");
    const untagged = tree.image("acme/app", "untagged");
    await prisma().binEntry.create({
      data: {
        id: `bin_${tenant.spaceId}`,
        workspaceId: tenant.workspaceId,
        spaceId: tenant.spaceId,
        registryId: tenant.registryId,
        repositoryName: "acme/app",
        binRepositoryName: `recyclebin/${tenant.spaceId}/acme/app`,
        digest: moving.digest,
        mediaType: moving.mediaType,
        kind: "image",
        reason: {},
        runId: "run_x",
        actorName: "a test",
        sizeBytes: 1n,
      },
    });
    const { id } = await start();
    await work(id);
    expect([recycled, moving, untagged].map((image) => tree.hasBlob(image.config))).toEqual([true, true, false]);
  });

  it("leaves what was pushed by digest a moment ago, and waits for its index or tag, for as long as the grace lasts", async () => {
    settings({ RECLAIM_GRACE_HOURS: "24" });
    try {
      const tree = new StorageTree(root);
      const [fresh, old] = [tree.image("acme/app", "pushed by digest"), tree.image("acme/app", "forgotten")];
      const yesterday = new Date(Date.now() - 25 * 3_600_000);
      fs.utimesSync(path.join(tree.base, tree.revisionDirectory("acme/app", old.digest), "link"), yesterday, yesterday);
      const leftover = tree.blob("never named by anything");
      await measureUnused(tenant.registryId, never);
      const { unused } = await getGcStatus(tenant.scope, { spaceId: tenant.spaceId });
      expect(unused).toMatchObject({ untaggedManifestCount: 1 });
      await work((await start()).id);
      expect([fresh, old].map((image) => tree.hasRevision("acme/app", image.digest))).toEqual([true, false]);
      expect([fresh, old].map((image) => tree.hasBlob(image.config))).toEqual([true, false]);
      expect(tree.hasBlob(leftover)).toBe(false);
    } finally {
      settings();
    }
  });

  it("deletes no untagged manifest of another workspace on the registry, nor one that is in nobody's space (any more)", async () => {
    await createTestTenant({ name: "other", prefix: "theirs", registryId: tenant.registryId });
    const gone = await createTestTenant({ name: "gone", prefix: "removed", registryId: tenant.registryId });
    await prisma().space.update({ where: { id: gone.spaceId }, data: { removedAt: new Date() } });
    const tree = new StorageTree(root);
    const prefix = (await prisma().space.findUniqueOrThrow({ where: { id: tenant.spaceId } })).prefix;
    const repositories = [`${prefix}/app`, "theirs/app", "theirs", "theirs-not/app", "removed/app"];
    const images = repositories.map((repository) => tree.image(repository, `untagged in ${repository}`));
    const leftover = tree.blob("never named by anything");
    await work((await start()).id);
    expect(repositories.map((repository, at) => tree.hasRevision(repository, images[at]?.digest ?? ""))).toEqual([
      false,
      true,
      true,
      true,
      true,
    ]);
    expect(images.map((image) => tree.hasBlob(image.config))).toEqual([false, true, true, true, true]);
    expect(tree.hasBlob(leftover)).toBe(false);
  });

  it("names no repository of another workspace on the registry in its log", async () => {
    const other = await createTestTenant({ name: "other", prefix: "secret", registryId: tenant.registryId });
    const tree = new StorageTree(root);
    const prefix = (await prisma().space.findUniqueOrThrow({ where: { id: tenant.spaceId } })).prefix;
    for (const repository of [`${prefix}/app`, "secret/app", `recyclebin/${other.spaceId}/secret/app`]) {
      tree.image(repository, `tagged in ${repository}`);
      tree.file(`repositories/${repository}/_manifests/tags/broken/current/link`, "no digest");
      const damaged = tree.blob(`no manifest of ${repository}`);
      tree.revision(repository, damaged);
    }
    const { id } = await start();
    await work(id);
    expect(await runOf(id)).toMatchObject({ status: "succeeded" });
    const log = JSON.stringify(await prisma().runEvent.findMany({ where: { runId: id }, select: { data: true } }));
    expect(log).toContain(`${prefix}/app/_manifests/tags/broken`);
    expect(log).not.toContain("secret");
    expect(log).not.toContain(other.spaceId);
    expect(await totalsOf(id)).toMatchObject({ oddities: (log.match(/"kind":"(\w+)","path"/g) ?? []).length * 3 });
  });

  it("takes emptied repositories and week-old uploads away, and leaves young uploads", async () => {
    const tree = new StorageTree(root);
    tree.image("acme/emptied", "untagged");
    tree.tag("acme/app", "v1", tree.image("acme/app", "kept").digest);
    const old = new Date(Date.now() - 8 * 24 * 3_600_000);
    const idle = new Date(Date.now() - 3_600_000);
    for (const [upload, time] of [
      ["old", old],
      ["young", idle],
    ] as const) {
      tree.file(`repositories/acme/app/_uploads/${upload}/data`, "half");
      for (const file of ["data", ""])
        fs.utimesSync(path.join(tree.base, "repositories/acme/app/_uploads", upload, file), time, time);
    }
    await work((await start()).id);
    expect(tree.exists("repositories/acme/emptied")).toBe(false);
    expect([
      tree.exists("repositories/acme/app/_uploads/old"),
      tree.exists("repositories/acme/app/_uploads/young"),
    ]).toEqual([false, true]);
  });

  it("stops before it sweeps where something cannot be read, and lets writers in again", async () => {
    const { tree } = manyUnused(10);
    tree.remove("repositories/acme/app/_manifests/revisions");
    tree.file("repositories/acme/app/_manifests/revisions", "a file");
    const { id } = await start();
    await work(id);
    expect(await runOf(id)).toMatchObject({ status: "failed", error: { code: "storage_unreadable" } });
    expect(blobsOnDisk()).toBe(13);
    expect((await registry()).readOnlyRunId).toBeNull();
  });
});

/** The inventory's rows of an image in the tenant's space, so that it can be pinned. */
async function know(repositoryName: string, digests: readonly string[]): Promise<void> {
  const { workspaceId, registryId, spaceId } = tenant;
  const { id: repositoryId } = await prisma().repository.create({
    data: { id: newId("repo"), workspaceId, spaceId, registryId, name: repositoryName },
  });
  const facts = { registryId, mediaType: "", kind: "image", sizeBytes: 1 };
  await prisma().manifest.createMany({ data: digests.map((digest) => ({ ...facts, digest })), skipDuplicates: true });
  const place = { repositoryId, workspaceId, registryId, pushedAt: new Date(0), pushedAtSource: "storage" };
  await prisma().repositoryManifest.createMany({ data: digests.map((digest) => ({ ...place, digest })) });
}
const pin = (repositoryName: string, digest: string) =>
  createPins(tenant.scope, { spaceId: tenant.spaceId, images: [{ repositoryName, digest }], reason: "rollback" });

describe("pins", () => {
  it("N-13, law 1: an image whose turn to be swept may come is not pinned: who asks is told to wait, and may right after", async () => {
    const { prefix } = await prisma().space.findUniqueOrThrow({ where: { id: tenant.spaceId } });
    const repository = `${prefix}/app`;
    const tree = new StorageTree(root);
    const tagged = tree.image(repository, "tagged");
    tree.tag(repository, "v1", tagged.digest);
    // More than a batch, so that some are pending when the first are gone.
    for (let i = 0; i < 600; i++) tree.image(repository, `untagged ${i}`);
    await slowDownJournal();
    const { id } = await start();
    const working = work(id);
    const pending = await until("a first batch", async () => {
      const [gone, next] = await Promise.all([
        prisma().gcCandidate.count({ where: { runId: id, kind: "revision", state: "deleted" } }),
        prisma().gcCandidate.findFirst({
          where: { runId: id, kind: "revision", state: "pending" },
          orderBy: { digest: "desc" },
        }),
      ]);
      return gone > 0 && next ? next.digest : null;
    });
    await know(repository, [pending, tagged.digest]);
    await expect(pin(repository, pending)).rejects.toMatchObject({
      code: "conflict",
      detail: expect.stringMatching(/^A garbage collection of this registry that a test started at .* \(it sweeps\)\./),
    });
    await working;
    expect((await runOf(id)).status).toBe("succeeded");
    expect(await pin(repository, tagged.digest)).toMatchObject({ items: [{ digest: tagged.digest }] });
  });

  it("N-13: one that takes no untagged manifest, or only looks, keeps nobody from pinning", async () => {
    const repository = `${(await prisma().space.findUniqueOrThrow({ where: { id: tenant.spaceId } })).prefix}/app`;
    const digests = ["a", "b", "c"].map((letter) => `sha256:${letter.repeat(64)}`);
    await know(repository, digests);
    const at = (index: number) => pin(repository, digests[index] ?? "");
    const { id } = await start({ deleteUntagged: false });
    await prisma().run.update({ where: { id }, data: { phase: "sweeping" } });
    await expect(at(0)).resolves.toMatchObject({ items: [{}] });
    const options = { deleteUntagged: true, timeBoxMinutes: null };
    await prisma().run.update({ where: { id }, data: { isDryRun: true, options } });
    await expect(at(1)).resolves.toMatchObject({ items: [{}] });
    // An end that its collector may not know of: it counts for as long as the registry is its own.
    await prisma().run.update({ where: { id }, data: { isDryRun: false, finishedAt: new Date() } });
    await prisma().registry.update({ where: { id: tenant.registryId }, data: { readOnlyRunId: id } });
    await expect(at(2)).rejects.toMatchObject({ code: "conflict" });
    await prisma().registry.update({ where: { id: tenant.registryId }, data: { readOnlyRunId: null } });
    const { items } = await at(2);
    // Nor is the end of a pin moved that the collection may have read.
    await prisma().run.update({ where: { id }, data: { finishedAt: null } });
    const admin = await scopeOf(await createTestUser("admin"), tenant.workspaceId, "admin");
    const one = { spaceId: tenant.spaceId, pinId: items[0]?.id ?? "" };
    await expect(updatePin(admin, { ...one, expiresAt: null })).rejects.toMatchObject({ code: "conflict" });
    await expect(updatePin(admin, { ...one, reason: "another" })).resolves.toMatchObject({ reason: "another" });
    await prisma().run.update({ where: { id }, data: { status: "cancelled", finishedAt: new Date() } });
  });

  it("N-13, law 1: a pin that is being made while the collection begins to mark is waited for, and holds", async () => {
    const repository = `${(await prisma().space.findUniqueOrThrow({ where: { id: tenant.spaceId } })).prefix}/app`;
    const tree = new StorageTree(root);
    const [pinned, other] = [tree.image(repository, "pinned"), tree.image(repository, "other")];
    await know(repository, [pinned.digest, other.digest]);
    const steps = new EventEmitter();
    const [made, begun] = [once(steps, "made"), once(steps, "begun")];
    const pinning = prisma().$transaction(
      async (tx) => {
        await requireNoMarking(tx, tenant);
        steps.emit("begun");
        await made;
        const place = { workspaceId: tenant.workspaceId, spaceId: tenant.spaceId, repositoryName: repository };
        await tx.pin.create({
          data: { id: newId("pin"), ...place, digest: pinned.digest, reason: "kept", ownerName: "a test" },
        });
      },
      { timeout: 60_000 },
    );
    await begun;
    const { id } = await start();
    const working = work(id);
    // It wants the registry, which the pin holds.
    const blocked = `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%registries%FOR UPDATE%'
      AND cardinality(pg_blocking_pids(pid)) > 0`;
    await until("the collection waits", async () => (await sql(blocked)).length > 0);
    steps.emit("made");
    await Promise.all([pinning, working]);
    expect((await runOf(id)).status).toBe("succeeded");
    expect([pinned, other].map(({ digest }) => tree.hasRevision(repository, digest))).toEqual([true, false]);
  });
});

describe("a dry run", () => {
  it("tells the same numbers, removes nothing and keeps nobody out", async () => {
    const tree = generateStorage(root, { repositories: 2, tagsPerRepository: 8, seed: 23 });
    const { gcEpoch } = await registry();
    const { id } = await start({ isDryRun: true });
    await work(id);
    const { tagged } = tree.expected;
    const numbers = {
      candidateManifests: tagged.removedRevisions.length,
      candidateBlobs: tagged.garbage.length,
      candidateBytes: tagged.garbageBytes,
    };
    expect(await runOf(id)).toMatchObject({ status: "succeeded", totals: numbers });
    expect(blobsOnDisk()).toBe(tree.blobs);
    expect((await registry()).gcEpoch).toBe(gcEpoch);
    expect(await prisma().gcCandidate.count({ where: { runId: id } })).toBe(0);
  });
});

describe("waiting for writers", () => {
  it("hands out no write token, and waits until the last one has ended", async () => {
    manyUnused(5);
    const expiresAt = new Date(Date.now() + 2_000);
    await prisma().registry.update({ where: { id: tenant.registryId }, data: { lastWriteTokenExpiresAt: expiresAt } });
    const { id } = await start();
    const working = work(id);
    const run = await until("countdown", async () => {
      const row = await runOf(id);
      return row.phase === "waiting_for_writers" && (row.progress as RunNumbers).writersDoneAt ? row : null;
    });
    expect((run.progress as RunNumbers).writersDoneAt).toBe(expiresAt.toISOString());
    expect((await registry()).readOnlyRunId).toBe(id);
    await working;
    const marking = await prisma().runEvent.findFirstOrThrow({
      where: { runId: id, data: { path: ["phase"], equals: "marking" } },
    });
    expect(marking.at.getTime()).toBeGreaterThanOrEqual(expiresAt.getTime());
    expect((await runOf(id)).status).toBe("succeeded");
  });

  it("waits for an upload that grows, in a repository that holds nothing else, and fails where it never ends", async () => {
    settings({ RECLAIM_WRITER_TIMEOUT_SECONDS: "3", RECLAIM_UPLOAD_IDLE_SECONDS: "2" });
    const { tree } = manyUnused(5);
    tree.file("repositories/acme/new/_uploads/u1/data", "");
    const upload = setInterval(
      () => fs.appendFileSync(path.join(tree.base, "repositories/acme/new/_uploads/u1/data"), "more"),
      200,
    );
    const { id } = await start();
    await work(id);
    clearInterval(upload);
    settings();
    expect(await runOf(id)).toMatchObject({ status: "failed", error: { code: "writers_not_drained" } });
    expect(blobsOnDisk()).toBe(8);
    expect((await registry()).readOnlyRunId).toBeNull();
  });
});

describe("stopping and resuming", () => {
  it("is cancelled within two seconds in the sweep, and keeps what it had done by then", async () => {
    // Far more batches than the time in which a cancel is seen, however busy the machine is.
    const { digests, tree } = manyUnused(5_000);
    await slowDownJournal();
    const { id } = await start();
    const working = work(id);
    await until("a first batch", () => deletedRows(id));
    const elapsed = startMachineClock();
    await cancelRun(tenant.scope, { runId: id });
    await working;
    expect(elapsed()).toBeLessThan(2_000);
    expect((await runOf(id)).status).toBe("cancelled");
    const gone = digests.filter((digest) => !tree.hasBlob(digest)).length;
    expect(gone).toBeGreaterThan(0);
    expect(gone).toBeLessThan(digests.length);
    expect(await totalsOf(id)).toMatchObject({ deletedBlobs: gone, candidateBlobs: digests.length });
    expect((await registry()).readOnlyRunId).toBeNull();
    expect(verifyClosure(root).brokenTags).toBe(0);
  });

  it.each(["waiting_for_writers", "sweeping"])(
    "killed while %s, it ends with true totals and writers let in",
    async (phase) => {
      const { digests } = manyUnused();
      await slowDownJournal();
      if (phase === "waiting_for_writers") {
        const lastWriteTokenExpiresAt = new Date(Date.now() + 120_000);
        await prisma().registry.update({ where: { id: tenant.registryId }, data: { lastWriteTokenExpiresAt } });
      }
      const { id } = await start();
      const child = startProgram("execute-gc", [id]);
      const exited = once(child, "exit");
      await until(phase, async () =>
        phase === "sweeping" ? (await deletedRows(id)) > 0 : (await runOf(id)).phase === phase,
      );
      child.kill("SIGKILL");
      await exited;
      expect((await registry()).readOnlyRunId).toBe(id);
      await sql("DROP TRIGGER slow_journal ON gc_candidates");
      const tokensEnded = { lastWriteTokenExpiresAt: new Date() };
      await prisma().registry.update({ where: { id: tenant.registryId }, data: tokensEnded });
      await until("its end", async () => {
        await work(id, "another worker");
        return (await runOf(id)).finishedAt;
      });
      expect(await runOf(id)).toMatchObject({ status: "succeeded", epoch: 2 });
      const bytes = digests.reduce((sum, _, i) => sum + `unused ${i}`.length, 0);
      // Found counts what was gone before the second mark, too.
      expect(await totalsOf(id)).toMatchObject({
        ...{ deletedBlobs: digests.length, candidateBlobs: digests.length, candidateManifests: 0 },
        ...{ freedBytes: bytes, candidateBytes: bytes },
      });
      expect((await runOf(id)).progress).toMatchObject({ candidateBlobs: digests.length });
      expect(blobsOnDisk()).toBe(3);
      expect((await registry()).readOnlyRunId).toBeNull();
    },
  );

  it("marks again after the watchdog lifted read-only in the middle of a sweep: what was pushed meanwhile stays", async () => {
    const { tree, digests } = manyUnused(2_600);
    await slowDownJournal();
    const { id } = await start();
    const working = work(id);
    await until("a first batch", () => deletedRows(id));
    await prisma().registry.update({
      where: { id: tenant.registryId },
      data: { gcEpoch: { increment: 1 }, readOnlyRunId: null },
    });
    // A push that finds its layer there already: the candidate that would have been swept last.
    const { digest: last } = await prisma().gcCandidate.findFirstOrThrow({
      where: { runId: id, kind: "blob" },
      orderBy: { digest: "desc" },
    });
    const layers = [{ digest: last, size: 8, mediaType: "application/vnd.oci.image.layer.v1.tar" }];
    tree.tag("acme/app", "v2", tree.image("acme/app", "pushed meanwhile", { layers }).digest);
    await working;
    expect((await runOf(id)).status).toBe("succeeded");
    expect(tree.hasBlob(last)).toBe(true);
    expect(verifyClosure(root)).toMatchObject({ tags: 2, brokenTags: 0 });
    const gone = digests.filter((digest) => !tree.hasBlob(digest)).length;
    expect(await totalsOf(id)).toMatchObject({ deletedBlobs: gone });
    expect((await registry()).readOnlyRunId).toBeNull();
    const lost = await prisma().runEvent.count({ where: { runId: id, kind: "lock_lost" } });
    expect(lost).toBe(1);
  });

  it("deletes nothing when it wakes up after others took over", async () => {
    const { digests } = manyUnused();
    await holdJournal();
    const { id } = await start();
    // It asks again after a third of that: two batches are removed in less, however busy the machine is.
    settings({ RECLAIM_HEARTBEAT_STALE_SECONDS: "15" });
    const child = startProgram("execute-gc", [id]);
    settings();
    const exited = once(child, "exit");
    // Two batches are removed, and the first is still being written down: it stands between two removals. Stopped in the middle of one, that
    // one would still be done.
    await until("two batches", async () => blobsOnDisk() === 3 + digests.length - 2 * BATCH);
    child.kill("SIGSTOP");
    const stoppedAtMs = Date.now();
    await letJournalGo();
    await sql("DROP TRIGGER slow_journal ON gc_candidates");
    await prisma().run.update({ where: { id }, data: { heartbeatAt: new Date(Date.now() - 60_000) } });
    expect(await liftForgottenReadOnly()).toBe(1);
    await work(id, "another worker");
    expect((await runOf(id)).status).toBe("succeeded");
    expect(blobsOnDisk()).toBe(3);
    // Everything is pushed again, and is needed this time: the list that the stopped process has is full of it.
    const again = new StorageTree(root);
    for (let i = 0; i < digests.length; i++) again.blob(`unused ${i}`);
    const run = await runOf(id);
    await until("it stood still for longer than that", () => Date.now() - stoppedAtMs > 5_000);
    child.kill("SIGCONT");
    await exited;
    expect(digests.filter((digest) => !again.hasBlob(digest))).toEqual([]);
    expect(await runOf(id)).toEqual(run);
  });

  it("marks again after its lock was lost, without waiting for writers once more", async () => {
    const { digests } = manyUnused();
    await slowDownJournal();
    const { id } = await start();
    const working = work(id);
    await until("a first batch", () => deletedRows(id));
    await sql(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'reclaim-lock-exclusive' AND datname = current_database()",
    );
    await working;
    expect((await runOf(id)).status).toBe("succeeded");
    const all = digests.length;
    expect(await totalsOf(id)).toMatchObject({ deletedBlobs: all, candidateBlobs: all });
    const kinds = (await prisma().runEvent.findMany({ where: { runId: id } })).map(({ kind }) => kind);
    expect(kinds).toContain("lock_lost");
    expect(kinds).toContain("still_read_only");
  });
});

describe("the watchdog", () => {
  it("lifts read-only of a run that ended or fell silent, epoch first, and of no other", async () => {
    const { id } = await start();
    const hold = () =>
      prisma().registry.update({
        where: { id: tenant.registryId },
        data: { readOnlyRunId: id, readOnlySince: new Date() },
      });
    await prisma().run.update({ where: { id }, data: { status: "running", heartbeatAt: new Date(), epoch: 1 } });
    const { gcEpoch } = await hold();
    expect(await liftForgottenReadOnly()).toBe(0);
    await prisma().run.update({ where: { id }, data: { heartbeatAt: new Date(Date.now() - 60_000) } });
    expect(await liftForgottenReadOnly()).toBe(1);
    expect(await registry()).toMatchObject({ readOnlyRunId: null, gcEpoch: gcEpoch + 1 });
    await prisma().run.update({
      where: { id },
      data: { status: "failed", heartbeatAt: new Date(), finishedAt: new Date() },
    });
    await hold();
    expect(await liftForgottenReadOnly()).toBe(1);
  });
});

describe("who may start one", () => {
  it("is refused with the reason where the registry cannot be collected, and while one runs", async () => {
    await prisma().registry.update({ where: { id: tenant.registryId }, data: { gcEnabledAt: null } });
    await expect(start()).rejects.toMatchObject({
      code: "unprocessable",
      detail: expect.stringContaining("platform admin"),
    });
    await prisma().registry.update({ where: { id: tenant.registryId }, data: { gcEnabledAt: new Date() } });
    await start();
    await expect(start()).rejects.toMatchObject({ code: "conflict" });
  });

  it("shows another workspace of the registry that it is busy, and nothing of the run", async () => {
    const other = await createTestTenant({
      name: `o${Math.random().toString(36).slice(2)}`,
      registryId: tenant.registryId,
    });
    await start();
    const status = await getGcStatus(other.scope, { spaceId: other.spaceId });
    expect(status).toMatchObject({ isBusyElsewhere: true, activeRun: null, lastSavings: null });
    await expect(getGcStatus(other.scope, { spaceId: tenant.spaceId })).rejects.toMatchObject({ code: "not_found" });
  });
});
