import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import { Redis } from "ioredis";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { RunNumbers } from "@/contracts/history";
import { cancelRun } from "@/server/history/cancel-run";
import { executeRun } from "@/server/history/execute-run";
import { ensureRegistryCa } from "@/server/platform/crypto/registry-ca";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { env } from "@/server/platform/env";
import { newId } from "@/server/platform/new-id";
import { closeQueues, listOtherWorkers } from "@/server/platform/queue/enqueue";
import { FilesystemStorage } from "@/server/platform/storage/filesystem-storage";
import { closeRegistries } from "@/server/registries/open-registry";
import { setConsoleEnv } from "@/testing/console-env";
import { whileNoBlobIsSettled } from "@/testing/held-journal";
import { startMachineClock } from "@/testing/machine-clock";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { startProgram } from "@/testing/programs";
import { startTestRedis, type TestRedis } from "@/testing/redis";
import { temporaryRoot } from "@/testing/storage/collect";
import { EDGE_CASES, generateStorage } from "@/testing/storage/generate-storage";
import { StorageTree } from "@/testing/storage/storage-tree";
import { verifyClosure } from "@/testing/storage/verify-closure";
import { createTestTenant, type TestTenant } from "@/testing/tenant";
import { until } from "@/testing/until";
import { executeGc } from "./execute-gc";
import { insertShards, listShardEnds } from "./gc-shard.store";
import { liftForgottenReadOnly } from "./lift-forgotten-read-only";
import { ownWords } from "./own-words";
import { startGc } from "./start-gc";
import { workShard } from "./work-shard";

const UNUSED = 700;
const STALE_SECONDS = 2;
const never = new AbortController().signal;
const executors = { gc: executeGc, reclaim: executeGc, restore: executeGc, purge: executeGc };
let redis: TestRedis;
let database: TestDatabase;
let client: pg.Client;
let tenant: TestTenant;
let root: string;
let removeRoot: () => void;
const owners: ChildProcess[] = [];
const helpers = new Map<string, ChildProcess>();

beforeAll(async () => {
  [redis, database] = await Promise.all([startTestRedis(), createTestDatabase()]);
  setConsoleEnv({
    ...{ databaseUrl: database.url, redisUrl: redis.url, RECLAIM_GRACE_HOURS: "0" },
    ...{ RECLAIM_TOKEN_LEEWAY_SECONDS: "0", RECLAIM_UPLOAD_IDLE_SECONDS: "0" },
    RECLAIM_HEARTBEAT_STALE_SECONDS: String(STALE_SECONDS),
    ...{ RECLAIM_GC_SHARD_MIN: "10", RECLAIM_GC_SHARD_SIZE: "20" },
  });
  await ensureRegistryCa(env().RECLAIM_CA_DIR);
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(
    "CREATE FUNCTION slow_journal() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.3); RETURN NULL; END'",
  );
  await client.query(
    "CREATE FUNCTION slow_row() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.3); RETURN NEW; END'",
  );
});
afterAll(async () => {
  for (const helper of helpers.values()) await end(helper, "SIGKILL");
  await client?.end();
  closeRegistries();
  await closeQueues();
  await disconnectPrisma();
  await Promise.all([database?.drop(), redis?.stop()]);
});
beforeEach(async () => {
  ({ root, remove: removeRoot } = temporaryRoot());
  tenant = await createTestTenant({
    name: `t${Math.random().toString(36).slice(2)}`,
    storageRoot: root,
    auth: "console",
  });
  for (const prefix of ["acme", "edge", "team-0", "team-1", "team-2"]) {
    const { workspaceId, registryId } = tenant;
    await prisma().space.create({ data: { id: newId("spc"), workspaceId, registryId, name: prefix, prefix } });
  }
});
afterEach(async () => {
  for (const owner of owners.splice(0)) await end(owner, "SIGKILL");
  for (const helper of helpers.values()) helper.kill("SIGCONT");
  await letRun();
  await prisma().registry.updateMany({ data: { readOnlyRunId: null } });
  await until("nobody is at anything any more", async () => {
    const { rows } = await client.query("SELECT FROM gc_shards WHERE state = 'active' AND valid_until > now()");
    return rows.length === 0;
  });
  removeRoot();
});

/** Makes each batch that is written down take a while, so that everybody gets some, and a test can step in. */
const slowDown = () =>
  client.query(
    "CREATE TRIGGER slow_journal AFTER UPDATE ON gc_candidates FOR EACH STATEMENT EXECUTE FUNCTION slow_journal()",
  );
const letRun = () => client.query("DROP TRIGGER IF EXISTS slow_journal ON gc_candidates");

const isAlive = ({ exitCode, signalCode }: ChildProcess) => exitCode === null && signalCode === null;

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (!isAlive(child)) return;
  const exited = once(child, "exit");
  child.kill(signal);
  await exited;
}

/** Sees that these help, and nobody else. Who helped in an earlier test goes on: to start one takes longer than most of the tests. */
async function haveHelpers(...names: string[]): Promise<ChildProcess[]> {
  for (const [name, helper] of helpers) if (!names.includes(name)) await end(helper, "SIGKILL");
  const wanted = names.map((name) => {
    const known = helpers.get(name);
    const helper = known && isAlive(known) ? known : startProgram("help-gc", [name]);
    helpers.set(name, helper);
    return helper;
  });
  await until("helpers", async () => {
    const there = await listOtherWorkers("gc-shard", null);
    return there.length === names.length && names.every((name) => there.includes(name));
  });
  return wanted;
}

const runOf = (id: string) => prisma().run.findUniqueOrThrow({ where: { id } });
const totalsOf = async (id: string) => (await runOf(id)).totals as RunNumbers;
const registry = () => prisma().registry.findUniqueOrThrow({ where: { id: tenant.registryId } });
const start = () => startGc(tenant.scope, { spaceId: tenant.spaceId, deleteUntagged: true });
const work = (runId: string) => executeRun(runId, "its own worker", executors, never);
const shardsOf = (runId: string) => prisma().gcShard.findMany({ where: { runId }, orderBy: { number: "asc" } });
/** A shard that somebody is at, some of which is written down as removed. */
const isAt = async (runId: string, name: string) =>
  (await shardsOf(runId)).some(({ claimedBy, state }) => claimedBy === name && state === "active") &&
  (await prisma().gcCandidate.count({ where: { runId, kind: "blob", state: "deleted" } })) > 30;
/** Stops a helper that has a shard, and not right after it ended one. */
const stopInTheMiddle = (helper: ChildProcess | undefined, runId: string) =>
  until("the helper stands still in the middle of something", async () => {
    helper?.kill("SIGSTOP");
    if (await isAt(runId, "helper-a")) return true;
    helper?.kill("SIGCONT");
    return false;
  });
const isActive = async (runId: string) => {
  const { rows } = await client.query<{ count: string }>(
    "SELECT count(*) FROM gc_shards WHERE run_id = $1 AND state = 'active' AND valid_until > now()",
    [runId],
  );
  return rows[0]?.count !== "0";
};

const blobPath = (digest: string) => `blobs/sha256/${digest.slice(7, 9)}/${digest.slice(7)}/data`;

function blobsOnDisk(): string[] {
  const base = path.join(root, "docker/registry/v2/blobs/sha256");
  return fs
    .readdirSync(base)
    .flatMap((shard) => fs.readdirSync(path.join(base, shard)))
    .map((hex) => `sha256:${hex}`)
    .sort();
}

/** Many unused blobs beside a tagged image. */
function fill() {
  const tree = new StorageTree(root);
  const kept = tree.image("acme/app", "kept");
  tree.tag("acme/app", "v1", kept.digest);
  const unused = Array.from({ length: UNUSED }, (_, i) => tree.blob(`unused ${i}`));
  return { tree, kept, unused, bytes: unused.reduce((sum, _, i) => sum + `unused ${i}`.length, 0) };
}

async function expectEverything(id: string, filled: ReturnType<typeof fill>) {
  const run = await runOf(id);
  expect([run.status, run.error]).toEqual(["succeeded", null]);
  expect(run.totals).toMatchObject({ deletedBlobs: UNUSED, freedBytes: filled.bytes, deletedManifests: 0 });
  expect(filled.unused.filter((digest) => filled.tree.hasBlob(digest))).toEqual([]);
  expect(verifyClosure(root)).toMatchObject({ tags: 1, brokenTags: 0 });
  expect(await registry()).toMatchObject({ readOnlyRunId: null });
}

test.each([31, 32])(
  "D-14 R-10 a generated tree is swept by three processes: exactly the expected set, each of them a part of it (seed %i)",
  async (seed) => {
    const edges = seed === 32 ? EDGE_CASES : [];
    const tree = generateStorage(root, { repositories: 3, tagsPerRepository: 25, seed, edges, sparseLayers: false });
    const { tagged } = tree.expected;
    const before = blobsOnDisk();
    const isFull = (digest: string) => fs.existsSync(path.join(root, "docker/registry/v2", blobPath(digest)));
    const keptBefore = new Set(before.filter((digest) => isFull(digest) && !tagged.garbage.includes(digest)));
    const brokenBefore = Object.keys(verifyClosure(root).broken);
    await haveHelpers("helper-a", "helper-b");
    const { id } = await start();
    let running = Promise.resolve<unknown>(null);
    const workers = new Set(["helper-a", "helper-b", "its own worker"]);
    const names = async () =>
      new Set((await shardsOf(id)).flatMap(({ kind, claimedBy }) => (kind === "blob" && claimedBy) || []));
    await whileNoBlobIsSettled(database.url, async () => {
      running = work(id);
      await until("all three are at it", async () => (await names()).size === workers.size);
    });
    await running;
    const run = await runOf(id);
    expect([run.status, run.error]).toEqual(["succeeded", null]);
    expect(run.totals).toMatchObject({
      deletedManifests: tagged.removedRevisions.length,
      deletedBlobs: tagged.garbage.length,
      freedBytes: tagged.garbageBytes,
    });
    const garbage = new Set(tagged.garbage);
    const left = blobsOnDisk();
    expect(left.filter((digest) => garbage.has(digest))).toEqual([]);
    // Everything else is as it was; of blobs without content the directory goes.
    const gone = before.filter((digest) => !garbage.has(digest) && !left.includes(digest));
    expect(gone.filter((digest) => keptBefore.has(digest))).toEqual([]);
    expect(Object.keys(verifyClosure(root).broken)).toEqual(brokenBefore);
    const shards = await shardsOf(id);
    expect(new Set(shards.map(({ state }) => state))).toEqual(new Set(["done"]));
    expect(await names()).toEqual(workers);
    // Kinds in order: what is there is known before anything goes, and revisions go before what they refer to.
    expect(shards.filter(({ kind }) => kind === "manifests").length).toBeGreaterThan(3);
    const order = ["manifests", "revision", "tag_index", "blob", "layer_link"];
    const kinds = shards.map(({ kind }) => order.indexOf(kind));
    expect(kinds).toEqual([...kinds].sort((a, b) => a - b));
    expect(await prisma().gcCandidate.count({ where: { runId: id, state: "pending" } })).toBe(0);
  },
);

test("N-06 a helper is killed in the middle: what it had is done by others, and counts once", async () => {
  const filled = fill();
  const [helper] = await haveHelpers("helper-a");
  await slowDown();
  const { id } = await start();
  const running = work(id);
  await until("the helper is at it", () => isAt(id, "helper-a"));
  await stopInTheMiddle(helper, id);
  helper?.kill("SIGKILL");
  await letRun();
  await running;
  await expectEverything(id, filled);
  const taken = (await shardsOf(id)).filter(({ claim }) => claim > 1);
  expect(taken.map(({ claimedBy }) => claimedBy)).toEqual(["its own worker"]);
});

test("N-06 its own worker is killed: helpers stop before another may take the run, which ends with true totals", async () => {
  const filled = fill();
  await haveHelpers("helper-a");
  await slowDown();
  const { id } = await start();
  const owner = startProgram("execute-gc", [id]);
  owners.push(owner);
  await until("both are at it", async () => (await isAt(id, "helper-a")) && (await shardsOf(id)).length > 0);
  const exited = once(owner, "exit");
  owner.kill("SIGKILL");
  await exited;
  const { heartbeatAt } = await runOf(id);
  await until("another may take the run", async () => {
    const { rows } = await client.query<{ silent: number }>(
      "SELECT extract(epoch FROM now() - $1::timestamptz)::float8 AS silent",
      [heartbeatAt],
    );
    return (rows[0]?.silent ?? 0) >= STALE_SECONDS;
  });
  const left = blobsOnDisk();
  expect(left.length).toBeGreaterThan(30);
  // Nobody takes the run: the watchdog lets writers in, and until then nothing more was removed.
  await until("the watchdog", async () => (await liftForgottenReadOnly()) === 1);
  expect(blobsOnDisk()).toEqual(left);
  await letRun();
  await work(id);
  await expectEverything(id, filled);
});

test("N-06 N-07 a helper that stood still past the watchdog removes nothing when it wakes up", async () => {
  const { unused } = fill();
  const [helper] = await haveHelpers("helper-a");
  await slowDown();
  const { id } = await start();
  const owner = startProgram("execute-gc", [id]);
  owners.push(owner);
  await until("the helper is at it", () => isAt(id, "helper-a"));
  await stopInTheMiddle(helper, id);
  const exited = once(owner, "exit");
  owner.kill("SIGKILL");
  await exited;
  await until("the watchdog", async () => (await liftForgottenReadOnly()) === 1);
  expect(await isActive(id)).toBe(false);
  // Writers are let in, and push all of it again: the helper's batch is full of what is wanted now.
  const again = new StorageTree(root);
  for (let i = 0; i < UNUSED; i++) again.blob(`unused ${i}`);
  const held = (await shardsOf(id)).filter(({ state }) => state === "active");
  expect(held.map(({ claimedBy }) => claimedBy)).toContain("helper-a");
  helper?.kill("SIGCONT");
  await until("it gave up what it had", async () =>
    (await shardsOf(id)).every(({ state, claimedBy }) => state !== "active" || claimedBy !== "helper-a"),
  );
  expect(unused.filter((digest) => !again.hasBlob(digest))).toEqual([]);
});

test("N-06 Redis is flushed in the middle: the collection ends as if it had not been", async () => {
  const filled = fill();
  await haveHelpers("helper-a");
  await slowDown();
  const { id } = await start();
  const running = work(id);
  await until("the helper is at it", () => isAt(id, "helper-a"));
  const connection = new Redis(redis.url);
  await connection.flushall();
  connection.disconnect();
  await letRun();
  await running;
  await expectEverything(id, filled);
});

test("D-24 cancelled while helpers sweep, it ends within 2 s, and nothing is removed after its end", async () => {
  const { tree, unused } = fill();
  const both = await haveHelpers("helper-a", "helper-b");
  await slowDown();
  const { id } = await start();
  const running = work(id);
  await until("the helper is at it", () => isAt(id, "helper-a"));
  const elapsed = startMachineClock();
  await cancelRun(tenant.scope, { runId: id });
  await until("its end", async () => (await runOf(id)).finishedAt);
  expect(elapsed()).toBeLessThan(2_000);
  const left = blobsOnDisk();
  expect(await isActive(id)).toBe(false);
  await running;
  expect(await runOf(id)).toMatchObject({ status: "cancelled" });
  expect(await registry()).toMatchObject({ readOnlyRunId: null });
  for (const helper of both) await end(helper, "SIGTERM");
  expect(blobsOnDisk()).toEqual(left);
  expect((await totalsOf(id)).deletedBlobs).toBe(unused.filter((digest) => !tree.hasBlob(digest)).length);
});

test("D-24 cancelled while a helper stands still, nobody is let in before that helper's time is over, and it removes nothing more", async () => {
  fill();
  const [helper] = await haveHelpers("helper-a");
  await slowDown();
  const { id } = await start();
  const running = work(id);
  await until("the helper is at it", () => isAt(id, "helper-a"));
  await stopInTheMiddle(helper, id);
  await cancelRun(tenant.scope, { runId: id });
  await running;
  const { status, finishedAt } = await runOf(id);
  expect([status, (await registry()).readOnlyRunId]).toEqual(["cancelled", null]);
  const held = (await shardsOf(id)).find(({ state, claimedBy }) => state === "active" && claimedBy === "helper-a");
  expect(finishedAt?.getTime()).toBeGreaterThanOrEqual(held?.validUntil?.getTime() ?? Number.POSITIVE_INFINITY);
  const left = blobsOnDisk();
  helper?.kill("SIGCONT");
  await until("it gave up what it had", async () => (await shardsOf(id)).every(({ state }) => state !== "active"));
  expect(blobsOnDisk()).toEqual(left);
});

test("N-06 its lock is lost while helpers sweep: they stop, all is marked again, and totals are true", async () => {
  const filled = fill();
  await haveHelpers("helper-a");
  await slowDown();
  const { id } = await start();
  const running = work(id);
  await until("the helper is at it", () => isAt(id, "helper-a"));
  const { gcEpoch } = await registry();
  await client.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'reclaim-lock-exclusive' AND datname = current_database()",
  );
  await until("another epoch", async () => (await registry()).gcEpoch > gcEpoch);
  // Whoever marks again is alone.
  expect((await shardsOf(id)).filter((shard) => shard.gcEpoch === gcEpoch && shard.state === "active")).toEqual([]);
  await letRun();
  await running;
  await expectEverything(id, filled);
});

test("what a helper cannot read ends the collection before the sweep, as what its own worker cannot read does", async () => {
  const { tree, kept, unused } = fill();
  for (let i = 0; i < 60; i++) tree.tag("acme/app", `other-${i}`, tree.image("acme/app", `other ${i}`).digest);
  tree.remove(tree.blobPath(kept.digest));
  tree.directory(tree.blobPath(kept.digest));
  await haveHelpers("helper-a");
  const { id } = await start();
  await work(id);
  expect(await runOf(id)).toMatchObject({ status: "failed", error: { code: "storage_unreadable" } });
  expect((await shardsOf(id)).map(({ kind }) => kind)).toContain("manifests");
  expect(unused.filter((digest) => !tree.hasBlob(digest))).toEqual([]);
});

test("what a worker that does not see the storage takes for missing is read by the run's own: nothing kept goes", async () => {
  const tree = generateStorage(root, { repositories: 2, tagsPerRepository: 20, seed: 33, sparseLayers: false });
  await haveHelpers("helper-a");
  await client.query(`
    CREATE TRIGGER slow_readers BEFORE UPDATE ON gc_shards FOR EACH ROW
      WHEN (NEW.kind = 'manifests' AND NEW.state = 'done' AND NEW.claimed_by <> 'astray') EXECUTE FUNCTION slow_row()`);
  const { id } = await start();
  const running = work(id);
  const { root: elsewhere, remove } = temporaryRoot();
  const words = await ownWords(tenant.registryId, tenant.workspaceId);
  const astray = {
    workerId: "astray",
    preferred: null,
    storage: new FilesystemStorage(elsewhere),
    words,
    isHelper: true,
  };
  await until("it has read some", async () => {
    const gcEpoch = (await shardsOf(id))[0]?.gcEpoch;
    return gcEpoch !== undefined && (await workShard({ runId: id, gcEpoch }, astray, never)) === "worked";
  });
  await client.query("DROP TRIGGER slow_readers ON gc_shards");
  await running;
  remove();
  const { tagged } = tree.expected;
  expect(await runOf(id)).toMatchObject({
    status: "succeeded",
    totals: { deletedManifests: tagged.removedRevisions.length, deletedBlobs: tagged.garbage.length },
  });
  expect(verifyClosure(root).brokenTags).toBe(0);
  const read = (await shardsOf(id)).filter(({ claimedBy }) => claimedBy === "astray");
  expect(read.map(({ kind }) => kind)).toContain("manifests");
});

test("N-06 a worker that does not see the storage takes no part in it", async () => {
  const { kept, unused } = fill();
  const { id, registryId, workspaceId } = { ...tenant, ...(await start()) };
  await prisma().run.update({
    where: { id },
    data: { status: "running", epoch: 1, heartbeatAt: new Date(Date.now() + 60_000) },
  });
  await prisma().registry.update({ where: { id: registryId }, data: { readOnlyRunId: id, gcEpoch: 1 } });
  const digests = unused.slice(0, 50);
  const candidate = { runId: id, kind: "blob", repositoryName: "", sizeBytes: 1n };
  await prisma().gcCandidate.createMany({ data: digests.map((digest) => ({ ...candidate, digest })) });
  const lease = { registryId, gcEpoch: 1, runId: id, runEpoch: 1, mode: "read_only" as const };
  expect(await listShardEnds(id, "blob", 20)).toHaveLength(2);
  await insertShards(lease, "blob", [{ after: null, upTo: null, input: null }], [kept.digest]);
  const { root: elsewhere, remove } = temporaryRoot();
  const words = await ownWords(registryId, workspaceId);
  const at = (place: string) =>
    workShard(
      { runId: id, gcEpoch: 1 },
      { workerId: "w", preferred: null, storage: new FilesystemStorage(place), words, isHelper: true },
      never,
    );
  await expect(at(elsewhere)).rejects.toThrow("does not see");
  remove();
  expect(await shardsOf(id)).toMatchObject([{ state: "pending", doneCount: 0 }]);
  expect(await at(root)).toBe("worked");
  expect(await shardsOf(id)).toMatchObject([{ state: "done", doneCount: 50, deletedBlobs: 50, freedBytes: 50n }]);
});
