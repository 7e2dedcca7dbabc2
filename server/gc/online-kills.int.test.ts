import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { cancelRun } from "@/server/history/cancel-run";
import { executeRun } from "@/server/history/execute-run";
import { ensureRegistryCa } from "@/server/platform/crypto/registry-ca";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { env } from "@/server/platform/env";
import { newId } from "@/server/platform/new-id";
import { closeQueues } from "@/server/platform/queue/enqueue";
import { FilesystemStorage } from "@/server/platform/storage/filesystem-storage";
import { closeRegistries } from "@/server/registries/open-registry";
import { setConsoleEnv } from "@/testing/console-env";
import { whileNoBlobIsSettled } from "@/testing/held-journal";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { startProgram } from "@/testing/programs";
import { testRedisUrl } from "@/testing/redis";
import { temporaryRoot } from "@/testing/storage/collect";
import { StorageTree } from "@/testing/storage/storage-tree";
import { closureProblems, verifyClosure } from "@/testing/storage/verify-closure";
import { createTestTenant, type TestTenant } from "@/testing/tenant";
import { until } from "@/testing/until";
import { executeGc } from "./execute-gc";
import { liftForgottenReadOnly } from "./lift-forgotten-read-only";
import { startGc } from "./start-gc";
import { tendQuarantines } from "./tend-quarantines";

/** More than one page of what is taken at a time. */
const UNUSED = 1_020;
const never = new AbortController().signal;
const executors = { gc: executeGc, reclaim: executeGc, restore: executeGc, purge: executeGc };
let database: TestDatabase;
let tenant: TestTenant;
let root: string;
let tree: StorageTree;
let removeRoot: () => void;
let client: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  setConsoleEnv({
    ...{ databaseUrl: database.url, redisUrl: testRedisUrl(), RECLAIM_GRACE_HOURS: "24" },
    ...{ RECLAIM_TOKEN_TTL_SECONDS: "1", RECLAIM_TOKEN_LEEWAY_SECONDS: "0", RECLAIM_INFLIGHT_WINDOW_SECONDS: "1" },
  });
  await ensureRegistryCa(env().RECLAIM_CA_DIR);
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(
    "CREATE FUNCTION slow_journal() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.4); RETURN NULL; END'",
  );
});
afterAll(async () => {
  await client.end();
  closeRegistries();
  await closeQueues();
  await disconnectPrisma();
  await database.drop();
});
beforeEach(async () => {
  ({ root, remove: removeRoot } = temporaryRoot());
  tree = new StorageTree(root);
  tenant = await createTestTenant({ name: `t${Math.random().toString(36).slice(2)}`, storageRoot: root });
  const { workspaceId, registryId } = tenant;
  await prisma().space.create({ data: { id: newId("spc"), workspaceId, registryId, name: "acme", prefix: "acme" } });
});
afterEach(async () => {
  await letRun();
  removeRoot();
});

/** Makes each write to the journal take a while, so that a test can step in between two batches. */
const slowDown = () =>
  client.query(
    "CREATE TRIGGER slow_journal AFTER INSERT OR UPDATE ON gc_candidates FOR EACH STATEMENT EXECUTE FUNCTION slow_journal()",
  );
const letRun = () => client.query("DROP TRIGGER IF EXISTS slow_journal ON gc_candidates");

const runOf = (id: string) => prisma().run.findUniqueOrThrow({ where: { id } });
const quarantineOf = (runId: string) => prisma().gcQuarantine.findUniqueOrThrow({ where: { runId } });
const countOf = (runId: string, state: string) => prisma().gcCandidate.count({ where: { runId, kind: "blob", state } });
const start = () => startGc(tenant.scope, { spaceId: tenant.spaceId, deleteUntagged: true, mode: "online" });
const work = (runId: string) => executeRun(runId, "another worker", executors, never);
const blobsOnDisk = () =>
  fs
    .readdirSync(path.join(root, "docker/registry"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name === "data").length;

/** A tagged image, an untagged one, and a lot that nobody needs; all of it old. */
function fill() {
  const kept = tree.image("acme/app", "kept");
  const untagged = tree.image("acme/app", "untagged");
  tree.tag("acme/app", "v1", kept.digest, [untagged.digest]);
  const unused = Array.from({ length: UNUSED }, (_, i) => tree.blob(`unused ${i}`));
  const then = new Date(Date.now() - 48 * 3_600_000);
  for (const entry of fs.readdirSync(tree.base, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) fs.utimesSync(path.join(entry.parentPath, entry.name), then, then);
  return { kept, untagged, unused, bytes: unused.reduce((sum, _, i) => sum + `unused ${i}`.length, 0) };
}

/** Where the process is killed: a row, or the journal, tells that it is there. */
const POINTS: Record<string, (id: string) => Promise<boolean>> = {
  "writing down what it marked": async (id) => (await countOf(id, "pending")) > 0,
  "moving blobs away": async (id) => (await countOf(id, "quarantined")) > 0,
  settling: async (id) => (await runOf(id)).phase === "settling",
  "marking again": async (id) => (await runOf(id)).phase === "re_marking",
  purging: async (id) => (await countOf(id, "deleted")) > 0,
};

/** Executes the run in a process of its own until it is at a point, and kills it there. */
async function killAt(id: string, point: string): Promise<void> {
  await slowDown();
  const child = startProgram("execute-gc", [id]);
  const exited = once(child, "exit");
  await until(point, () => POINTS[point]?.(id) ?? Promise.reject(new Error(point)));
  child.kill("SIGKILL");
  await exited;
  await letRun();
}

/** Stops such a process between two moves, where it waits to write down the first ones: stopped in the middle of one, that one is still done. */
async function stopBetweenMoves(id: string) {
  const child = startProgram("execute-gc", [id]);
  const exited = once(child, "exit");
  const waits = `SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND mode = 'ShareLock'
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
  await until("it waits", async () => (await client.query(waits)).rowCount);
  child.kill("SIGSTOP");
  return { child, exited };
}

test.each(Object.keys(POINTS))(
  "N-06, N-07 killed while %s, it goes on, ends with true totals, and nothing kept is gone",
  async (point) => {
    const { kept, untagged, unused, bytes } = fill();
    const { id } = await start();
    await killAt(id, point);
    expect(closureProblems(root, "acme/app", kept.digest)).toEqual([]);
    // A push that finds one of the blobs gone brings it again; another gets a tag that leads to what was taken.
    const again = tree.layer("acme/app", "unused 7");
    tree.tag("acme/app", "v2", tree.image("acme/app", "pushed meanwhile", { layers: [again] }).digest);
    await until("its end", async () => {
      await work(id);
      return (await runOf(id)).finishedAt;
    });
    const run = await runOf(id);
    expect([run.status, run.error, run.epoch]).toEqual(["succeeded", null, 2]);
    expect(verifyClosure(root)).toMatchObject({ tags: 2, brokenTags: 0 });
    expect(unused.filter((digest) => digest !== again.digest && tree.hasBlob(digest))).toEqual([]);
    expect(tree.hasBlob(untagged.config)).toBe(false);
    expect(await new FilesystemStorage(root).listQuarantines()).toEqual([]);
    expect(await quarantineOf(id)).toMatchObject({ state: "purged" });
    // The kept image, and the one that was pushed meanwhile: 3 each.
    expect(blobsOnDisk()).toBe(6);
    const { deletedBlobs = 0, freedBytes = 0, deletedManifests = 0 } = run.totals as Record<string, number>;
    expect(deletedManifests).toBe(1);
    // The layer that was pushed again counts where its first bytes had been purged before.
    expect([UNUSED + 2, UNUSED + 3]).toContain(deletedBlobs);
    expect(freedBytes).toBeGreaterThan(bytes);
    // All that was found went, whichever attempt found it.
    const found = { candidateManifests: deletedManifests, candidateBlobs: deletedBlobs, candidateBytes: freedBytes };
    expect(run.totals).toMatchObject(found);
  },
);

test("N-07 cancelled after a kill, everything is given back by whoever takes it up", async () => {
  const { untagged, unused } = fill();
  const { id } = await start();
  await killAt(id, "moving blobs away");
  await cancelRun(tenant.scope, { runId: id });
  await until("its end", async () => {
    await work(id);
    return (await runOf(id)).finishedAt;
  });
  expect(await runOf(id)).toMatchObject({ status: "cancelled", totals: { deletedBlobs: 0, deletedManifests: 0 } });
  expect(unused.filter((digest) => !tree.hasBlob(digest))).toEqual([]);
  expect(closureProblems(root, "acme/app", untagged.digest)).toEqual([]);
  expect(await quarantineOf(id)).toMatchObject({ state: "given_back" });
});

test("N-07 ended without anybody who would give back, the clock does", async () => {
  const { untagged, unused } = fill();
  const { id } = await start();
  await killAt(id, "moving blobs away");
  await prisma().run.update({ where: { id }, data: { status: "failed", finishedAt: new Date() } });
  await tendQuarantines(new Date(), never);
  expect(unused.filter((digest) => !tree.hasBlob(digest))).toEqual([]);
  expect(closureProblems(root, "acme/app", untagged.digest)).toEqual([]);
  expect(await quarantineOf(id)).toMatchObject({ state: "given_back" });
});

test("N-07 stopped past the watchdog, it moves and purges nothing when it wakes up, and what it held is let go", async () => {
  const { unused } = fill();
  const { id } = await start();
  let stopped: Awaited<ReturnType<typeof stopBetweenMoves>> | undefined;
  await whileNoBlobIsSettled(database.url, async () => {
    stopped = await stopBetweenMoves(id);
  });
  await prisma().run.update({ where: { id }, data: { heartbeatAt: new Date(Date.now() - 60_000) } });
  const { gcEpoch } = await prisma().registry.findUniqueOrThrow({ where: { id: tenant.registryId } });
  await liftForgottenReadOnly();
  const after = await prisma().registry.findUniqueOrThrow({ where: { id: tenant.registryId } });
  expect(after.gcEpoch).toBe(gcEpoch + 1);
  const locks =
    "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ExclusiveLock' AND granted AND objsubid = 2";
  await until(
    "the lock is free",
    async () =>
      (await client.query(`${locks} AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`))
        .rowCount === 0,
  );
  await work(id);
  const run = await runOf(id);
  expect(run).toMatchObject({ status: "succeeded" });
  // Everything is pushed again, and is needed this time: the list that the stopped process has is full of it.
  const again = new StorageTree(root);
  for (let i = 0; i < UNUSED; i++) again.blob(`unused ${i}`);
  stopped?.child.kill("SIGCONT");
  await stopped?.exited;
  expect(unused.filter((digest) => !tree.hasBlob(digest))).toEqual([]);
  expect(await runOf(id)).toEqual(run);
  expect(await new FilesystemStorage(root).listQuarantines()).toEqual([]);
});
