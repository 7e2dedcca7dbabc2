import fs from "node:fs";
import path from "node:path";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { RunNumbers } from "@/contracts/history";
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
import { startMachineClock } from "@/testing/machine-clock";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { testRedisUrl } from "@/testing/redis";
import { markTree, temporaryRoot } from "@/testing/storage/collect";
import { generateStorage } from "@/testing/storage/generate-storage";
import { StorageTree } from "@/testing/storage/storage-tree";
import { closureProblems, verifyClosure } from "@/testing/storage/verify-closure";
import { createTestTenant, type TestTenant } from "@/testing/tenant";
import { until } from "@/testing/until";
import { executeGc } from "./execute-gc";
import { selfCheck } from "./self-check";
import { startGc } from "./start-gc";
import { tendQuarantines } from "./tend-quarantines";
import { undoGc } from "./undo-gc";

const never = new AbortController().signal;
const executors = { gc: executeGc, reclaim: executeGc, restore: executeGc, purge: executeGc };
const HOUR_MS = 3_600_000;
let database: TestDatabase;
let tenant: TestTenant;
let root: string;
let tree: StorageTree;
let removeRoot: () => void;

const settings = (others: Record<string, string> = {}) => {
  setConsoleEnv({
    databaseUrl: database.url,
    redisUrl: testRedisUrl(),
    ...{ RECLAIM_TOKEN_TTL_SECONDS: "1", RECLAIM_TOKEN_LEEWAY_SECONDS: "0", RECLAIM_INFLIGHT_WINDOW_SECONDS: "0" },
    RECLAIM_GRACE_HOURS: "24",
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
  settings();
  ({ root, remove: removeRoot } = temporaryRoot());
  tree = new StorageTree(root);
  const name = `t${Math.random().toString(36).slice(2)}`;
  // Somebody else hands out its tokens: nobody could be kept out.
  tenant = await createTestTenant({ name, storageRoot: root, auth: "none" });
  for (const prefix of ["acme", "team-0", "team-1", "team-2"]) {
    const { workspaceId, registryId } = tenant;
    await prisma().space.create({ data: { id: newId("spc"), workspaceId, registryId, name: prefix, prefix } });
  }
});
afterEach(() => removeRoot());

const runOf = (id: string) => prisma().run.findUniqueOrThrow({ where: { id } });
const totalsOf = async (id: string) => (await runOf(id)).totals as RunNumbers;
const quarantineOf = (runId: string) => prisma().gcQuarantine.findUniqueOrThrow({ where: { runId } });
const work = (runId: string, worker = "worker") => executeRun(runId, worker, executors, never);
const start = (options: Partial<Parameters<typeof startGc>[1]> = {}) =>
  startGc(tenant.scope, { spaceId: tenant.spaceId, deleteUntagged: true, mode: "online", ...options });
const storage = () => new FilesystemStorage(root);

const phaseIs = (id: string, phase: string) => until(phase, async () => (await runOf(id)).phase === phase);

/** Keeps collections from reading what is pinned, as somebody does who is about to pin something; answers how to let them. */
async function holdMarking(): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query("BEGIN");
  await client.query("SELECT id FROM registries WHERE id = $1 FOR UPDATE", [tenant.registryId]);
  return () => client.end();
}

/** Whatever is there by now is two days old. */
function makeOld(): void {
  const then = new Date(Date.now() - 48 * HOUR_MS);
  for (const entry of fs.readdirSync(tree.base, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) fs.utimesSync(path.join(entry.parentPath, entry.name), then, then);
}

function filesBelow(): string[] {
  const base = path.join(root, "docker/registry");
  const entries = fs.readdirSync(base, { recursive: true, withFileTypes: true });
  return entries.flatMap((entry) => (entry.isFile() ? [path.join(entry.parentPath, entry.name)] : []));
}

/** Every file below the root with its content, so that "as it was" can be asked for. */
const everything = (): Record<string, string> =>
  Object.fromEntries(filesBelow().map((file) => [path.relative(root, file), fs.readFileSync(file, "base64")]));
const dataFiles = () => filesBelow().filter((file) => file.endsWith("/data")).length;

describe("an online collection", () => {
  test("N-07, D-14 removes exactly what nothing needs, keeps nobody out, and goes through its steps in order", async () => {
    const generated = generateStorage(root, { repositories: 3, tagsPerRepository: 10, seed: 31 });
    makeOld();
    const { tagged } = generated.expected;
    const { id } = await start();
    const working = work(id);
    await phaseIs(id, "settling");
    expect((await prisma().registry.findUniqueOrThrow({ where: { id: tenant.registryId } })).readOnlyRunId).toBeNull();
    expect(await totalsOf(id)).not.toHaveProperty("freedBytes");
    await working;
    const run = await runOf(id);
    expect([run.status, run.error]).toEqual(["succeeded", null]);
    expect(run.totals).toMatchObject({
      ...{ candidateBlobs: tagged.garbage.length, candidateBytes: tagged.garbageBytes },
      ...{ deletedManifests: tagged.removedRevisions.length, deletedBlobs: tagged.garbage.length },
      ...{ freedBytes: tagged.garbageBytes, returnedBlobs: 0, returnedManifests: 0 },
    });
    expect(tagged.garbage.filter((digest) => tree.hasBlob(digest))).toEqual([]);
    expect(dataFiles()).toBe(generated.blobs - tagged.garbage.length);
    expect(verifyClosure(root).brokenTags).toBe(0);
    expect(await storage().listQuarantines()).toEqual([]);
    expect(await quarantineOf(id)).toMatchObject({ state: "purged" });
    const events = await prisma().runEvent.findMany({
      where: { runId: id, kind: "phase" },
      orderBy: { sequence: "asc" },
    });
    expect(events.map(({ data }) => (data as { phase: string }).phase)).toEqual([
      ...["waiting_for_lock", "marking", "sweeping", "settling", "re_marking", "finishing"],
    ]);
  });

  test("N-07 leaves what was written within the grace: a push whose manifest is still to come, an index that is still to come", async () => {
    const old = tree.blob("nobody needs it");
    makeOld();
    const uploaded = tree.layer("acme/app", "uploaded, its manifest comes later");
    const linked = tree.blob("an old blob, mounted a moment ago");
    const pushed = tree.image("acme/app", "pushed by digest, its index comes later");
    const then = new Date(Date.now() - 48 * HOUR_MS);
    fs.utimesSync(path.join(tree.base, tree.blobPath(linked)), then, then);
    tree.layerLink("acme/app", linked);
    const { id } = await start();
    await work(id);
    expect((await runOf(id)).status).toBe("succeeded");
    expect(tree.hasBlob(old)).toBe(false);
    expect([uploaded.digest, linked, pushed.config, pushed.digest].map((digest) => tree.hasBlob(digest))).toEqual([
      ...[true, true, true, true],
    ]);
  });

  test("N-07, law 1 gives back what somebody came to need while it settled: a tag, an index, a shared layer, a referrer", async () => {
    const tagged = tree.image("acme/app", "gets a tag");
    const child = tree.image("acme/app", "gets into an index");
    const layers = [tree.layer("acme/app", "finds its layer there already")];
    const signed = tree.image("acme/app", "gets its tag back", { layers: [tree.layer("acme/app", "signed layer")] });
    const signature = tree.image("acme/app", "a signature", { subject: signed });
    const unneeded = tree.image("acme/app", "stays unneeded");
    tree.tag("acme/app", "v1", tree.image("acme/app", "current").digest, [tagged.digest]);
    makeOld();
    const { id } = await start();
    const working = work(id);
    await phaseIs(id, "settling");
    // All of them are out of sight by now, links and bytes.
    const gone = [tagged, child, signed, signature, unneeded];
    expect(gone.map(({ digest }) => tree.hasBlob(digest) || tree.hasRevision("acme/app", digest))).not.toContain(true);
    // As a registry leaves it that had checked everything before: it writes its links afterwards.
    tree.tag("acme/app", "v2", tagged.digest);
    tree.tag("acme/app", "v3", signed.digest);
    tree.tag("acme/app", "multi", tree.index("acme/app", [child]).digest);
    const pushed = tree.image("acme/other", "pushed meanwhile", { layers });
    fs.rmSync(path.join(tree.base, tree.blobPath(layers[0]?.digest ?? "")), { force: true });
    tree.tag("acme/other", "v1", pushed.digest);
    await working;
    const run = await runOf(id);
    expect([run.status, run.error]).toEqual(["succeeded", null]);
    expect(verifyClosure(root)).toMatchObject({ tags: 5, brokenTags: 0 });
    expect(closureProblems(root, "acme/app", signature.digest)).toEqual([]);
    expect([unneeded.digest, unneeded.config].map((digest) => tree.hasBlob(digest))).toEqual([false, false]);
    expect(run.totals).toMatchObject({ returnedManifests: 4, deletedManifests: 1, deletedBlobs: 3 });
    const history = `repositories/acme/app/_manifests/tags/v1/index/${tagged.digest.replace(":", "/")}/link`;
    expect(tree.exists(history)).toBe(true);
    expect(await storage().listQuarantines()).toEqual([]);
  });

  test("D-42 takes untagged manifests only, and leaves their blobs, where that was asked for", async () => {
    const image = tree.image("acme/app", "untagged");
    const leftover = tree.blob("an unreferenced blob");
    makeOld();
    const { id } = await start({ sweepBlobs: false });
    await work(id);
    expect(await runOf(id)).toMatchObject({ status: "succeeded", totals: { deletedManifests: 1, deletedBlobs: 0 } });
    expect(tree.hasRevision("acme/app", image.digest)).toBe(false);
    expect([image.digest, image.config, leftover].map((digest) => tree.hasBlob(digest))).toEqual([true, true, true]);
  });

  test("cleans what the registry's own collector leaves: stale layer links, old tag entries, abandoned uploads; and no directory", async () => {
    const untagged = tree.image("acme/app", "untagged");
    tree.tag("acme/app", "v1", tree.image("acme/app", "kept").digest, [untagged.digest]);
    const stale = `sha256:${"5".repeat(64)}`;
    tree.layerLink("acme/app", stale);
    tree.file("repositories/acme/app/_uploads/old/data", "half");
    makeOld();
    const week = new Date(Date.now() - 8 * 24 * HOUR_MS);
    for (const file of ["data", ""])
      fs.utimesSync(path.join(tree.base, "repositories/acme/app/_uploads/old", file), week, week);
    const { id } = await start();
    await work(id);
    expect((await runOf(id)).status).toBe("succeeded");
    expect([stale, untagged.config].map((digest) => tree.hasLayerLink("acme/app", digest))).toEqual([false, false]);
    const history = `repositories/acme/app/_manifests/tags/v1/index/${untagged.digest.replace(":", "/")}`;
    expect([tree.exists(`${history}/link`), tree.exists("repositories/acme/app/_uploads/old")]).toEqual([false, false]);
    expect(tree.exists(tree.revisionDirectory("acme/app", untagged.digest))).toBe(true);
  });
});

describe("stopping an online collection", () => {
  const fill = () => {
    tree.tag("acme/app", "v1", tree.image("acme/app", "kept").digest, [tree.image("acme/app", "untagged").digest]);
    for (let i = 0; i < 300; i++) tree.blob(`unused ${i}`);
    makeOld();
    return everything();
  };

  test.each(["settling", "re_marking"])("D-22, D-23 cancelled while %s, everything is where it was", async (phase) => {
    const before = fill();
    const { id } = await start();
    const working = work(id);
    await phaseIs(id, "settling");
    const letGo = phase === "re_marking" ? await holdMarking() : null;
    await phaseIs(id, phase);
    const elapsed = startMachineClock();
    await cancelRun(tenant.scope, { runId: id });
    await until("the cancel is seen", async () => {
      const { heartbeatAt, cancelRequestedAt, finishedAt } = await runOf(id);
      return finishedAt ?? (cancelRequestedAt && heartbeatAt && heartbeatAt > cancelRequestedAt);
    });
    expect(elapsed()).toBeLessThan(2_000);
    await letGo?.();
    await working;
    const run = await runOf(id);
    expect(run.status).toBe("cancelled");
    expect(run.totals).toMatchObject({ deletedBlobs: 0, deletedManifests: 0, freedBytes: 0, returnedManifests: 1 });
    expect(everything()).toEqual(before);
    expect(await quarantineOf(id)).toMatchObject({ state: "given_back" });
  });

  test("N-06 ends at its time box with everything where it was", async () => {
    settings({ RECLAIM_INFLIGHT_WINDOW_SECONDS: "600" });
    const before = fill();
    const { id } = await start({ timeBoxMinutes: 1 });
    await prisma().run.update({ where: { id }, data: { startedAt: new Date(Date.now() - 57_000) } });
    await work(id);
    expect(await runOf(id)).toMatchObject({ status: "time_boxed", totals: { deletedBlobs: 0 } });
    expect(everything()).toEqual(before);
  });

  test("law 2 gives everything back where something cannot be read in the second mark", async () => {
    const before = fill();
    const { id } = await start();
    const working = work(id);
    await phaseIs(id, "settling");
    const link = path.join(tree.base, "repositories/acme/app/_layers");
    fs.renameSync(link, `${link}-away`);
    fs.writeFileSync(link, "a file");
    await working;
    fs.rmSync(link);
    fs.renameSync(`${link}-away`, link);
    expect(await runOf(id)).toMatchObject({ status: "failed", error: { code: "storage_unreadable" } });
    expect(everything()).toEqual(before);
  });

  test("law 2 gives back what it took where something cannot be moved, and says so", async () => {
    const before = fill();
    fs.writeFileSync(path.join(root, "docker/registry/gc-quarantine"), "no room");
    const { id } = await start();
    await work(id);
    fs.rmSync(path.join(root, "docker/registry/gc-quarantine"));
    expect(await runOf(id)).toMatchObject({ status: "failed" });
    await tendQuarantines(new Date(), never);
    expect(everything()).toEqual(before);
    expect(await quarantineOf(id)).toMatchObject({ state: "given_back" });
  });
});

describe("what an online collection looks after", () => {
  test("law 8 says so where it finds that it took something from what it kept", async () => {
    const kept = tree.image("acme/app", "kept");
    tree.tag("acme/app", "v1", kept.digest);
    const { id } = await start();
    const { scan, found, storage: own } = await markTree(root);
    const logged: string[] = [];
    const context = { run: await runOf(id), log: (kind: string) => logged.push(kind) };
    const check = () =>
      selfCheck({ context, storage: own, signal: never }, { graph: scan.graph, mark: found.mark }, null);
    await check();
    expect(logged).toEqual(["self_check"]);
    // Missing without our doing: it was so before.
    fs.rmSync(path.join(tree.base, tree.blobPath(kept.config)));
    await check();
    const candidate = { runId: id, kind: "blob", repositoryName: "", digest: kept.config, sizeBytes: 1n };
    await prisma().gcCandidate.create({ data: { ...candidate, state: "deleted" } });
    await expect(check()).rejects.toThrow(`deleted ${kept.config}, which ${kept.digest} needs`);
    await cancelRun(tenant.scope, { runId: id });
  });

  test("law 4 goes through without a Redis", async () => {
    const unused = tree.blob("unused");
    makeOld();
    const { id } = await start();
    await closeQueues();
    settings({ REDIS_URL: "redis://127.0.0.1:1" });
    await work(id);
    await closeQueues();
    expect((await runOf(id)).status).toBe("succeeded");
    expect(tree.hasBlob(unused)).toBe(false);
  });
});

describe("the undo of an online collection", () => {
  test("N-07 keeps what it took for as long as was set, and puts it all back when asked", async () => {
    settings({ RECLAIM_QUARANTINE_HOURS: "24" });
    const image = tree.image("acme/app", "untagged");
    tree.tag("acme/app", "v1", tree.image("acme/app", "kept").digest, [image.digest]);
    const leftover = tree.blob("unused");
    makeOld();
    const before = everything();
    const { id } = await start();
    await work(id);
    const run = await runOf(id);
    expect(run).toMatchObject({ status: "succeeded", totals: { quarantinedBlobs: 4, deletedBlobs: 0, freedBytes: 0 } });
    const { undoUntil = "" } = run.totals as RunNumbers;
    expect(Date.parse(undoUntil) - Date.now()).toBeGreaterThan(23 * HOUR_MS);
    expect(tree.hasBlob(leftover)).toBe(false);
    // Before its time nothing is purged.
    await tendQuarantines(new Date(Date.parse(undoUntil) - 1), never);
    expect(await quarantineOf(id)).toMatchObject({ state: "kept" });

    await undoGc(tenant.scope, { runId: id });
    await undoGc(tenant.scope, { runId: id });
    await tendQuarantines(new Date(), never);
    expect(everything()).toEqual(before);
    expect(await quarantineOf(id)).toMatchObject({ state: "given_back" });
    expect((await runOf(id)).totals).toMatchObject({ returnedBlobs: 4, returnedManifests: 1, deletedBlobs: 0 });
    expect((await runOf(id)).totals).not.toHaveProperty("undoUntil");
    expect(await prisma().auditEvent.count({ where: { resourceId: id, action: "gc.undo" } })).toBe(1);
  });

  test("N-07 purges when its time is up, counts it then, and cannot be undone any more", async () => {
    settings({ RECLAIM_QUARANTINE_HOURS: "1" });
    const leftover = tree.blob("unused bytes");
    tree.layerLink("acme/app", leftover);
    makeOld();
    const { id } = await start();
    await work(id);
    expect(tree.hasLayerLink("acme/app", leftover)).toBe(true);
    await tendQuarantines(new Date(Date.now() + 2 * HOUR_MS), never);
    expect(await quarantineOf(id)).toMatchObject({ state: "purged" });
    expect((await runOf(id)).totals).toMatchObject({ deletedBlobs: 1, freedBytes: "unused bytes".length });
    expect(await storage().listQuarantines()).toEqual([]);
    expect(tree.hasLayerLink("acme/app", leftover)).toBe(false);
    await expect(undoGc(tenant.scope, { runId: id })).rejects.toMatchObject({ code: "conflict" });
  });

  test("a link to a blob whose directory is all that is left goes, too", async () => {
    const digest = tree.blob("gone since");
    tree.layerLink("acme/app", digest);
    makeOld();
    fs.rmSync(path.join(tree.base, tree.blobPath(digest)));
    await work((await start()).id);
    expect(tree.hasLayerLink("acme/app", digest)).toBe(false);
  });

  test("N-07, law 1 what may be put back keeps what it shares, against a later collection", async () => {
    settings({ RECLAIM_QUARANTINE_HOURS: "24" });
    const shared = tree.layer("acme/app", "a base that both use");
    const kept = tree.image("acme/app", "kept for now", { layers: [shared] });
    const untagged = tree.image("acme/app", "untagged", { layers: [shared] });
    tree.tag("acme/app", "v1", kept.digest);
    makeOld();
    const first = await start();
    await work(first.id);
    fs.rmSync(path.join(tree.base, "repositories/acme/app/_manifests/tags"), { recursive: true });
    const second = await start();
    await work(second.id);
    expect((await runOf(second.id)).status).toBe("succeeded");
    await undoGc(tenant.scope, { runId: first.id });
    await tendQuarantines(new Date(), never);
    expect(closureProblems(root, "acme/app", untagged.digest)).toEqual([]);
  });

  test("is nobody else's, and of nothing else", async () => {
    const other = await createTestTenant({ name: `o${Math.random().toString(36).slice(2)}` });
    const { id } = await start();
    await work(id);
    await expect(undoGc(other.scope, { runId: id })).rejects.toMatchObject({ code: "not_found" });
    await expect(undoGc(tenant.scope, { runId: id })).rejects.toMatchObject({ code: "conflict" });
  });
});
