import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { RunStopped } from "@/server/history/run-context";
import { prisma } from "@/server/platform/db/prisma";
import { BinSpace, type BinWorld, startBinWorld } from "@/testing/bin-world";
import { lookAfterBin } from "@/testing/look-after-bin";
import { closureProblems } from "@/testing/storage/verify-closure";
import { checkBin } from "./check-bin";
import { checkRestore } from "./check-restore";
import { getBinEntry } from "./get-bin-entry";
import { giveUpBinEntry } from "./give-up-bin-entry";
import { listBinEntries } from "./list-bin-entries";
import { retryBinEntry } from "./retry-bin-entry";
import { summarizeBin } from "./summarize-bin";
import { verifyEntries } from "./verify-entries";

let world: BinWorld;
let space: BinSpace;

beforeAll(async () => {
  world = await startBinWorld();
});
afterAll(() => world.stop());
beforeEach(async () => {
  space = await BinSpace.create(world);
});

const run = promisify(execFile);
const ALIVE = new AbortController().signal;
const TIMEOUT_MS = 120_000;

/** Somebody runs the registry's own collector on the storage. */
async function collectByOthers(...flags: string[]): Promise<void> {
  const config = path.join(world.registry.storageRoot, "..", "registry.yml");
  const binary = process.env.RECLAIM_REGISTRY_BINARY ?? "docker-registry";
  await run(binary, ["garbage-collect", ...flags, config]);
  // It deletes behind the registry's back: what that remembers of the storage is out of date.
  await world.registry.restart();
}

function makeTagFolders(): void {
  const repositories = path.join(world.registry.storageRoot, "docker/registry/v2/repositories");
  for (const folder of readdirSync(repositories, { recursive: true, encoding: "utf8" }))
    if (path.basename(folder) === "_manifests") mkdirSync(path.join(repositories, folder, "tags"), { recursive: true });
}

/** A bin with all that an image may consist of. */
async function fillBin() {
  const index = await space.push(await space.index("multi"), "v1", "v2");
  await space.sign(index);
  await space.push(space.sbom(index));
  const plain = await space.push(await space.image("plain"), "plain");
  const kept = await space.push(await space.image("kept"), "kept");
  await space.crawl();
  await space.recycle("v1", "v2", "plain");
  expect(await space.entries()).toHaveLength(2);
  return { index, plain, kept };
}

const problemsOf = (digests: readonly string[]) =>
  digests.flatMap((digest) => closureProblems(world.registry.storageRoot, space.binRepository, digest));

async function checkAll(): Promise<void> {
  const { pending } = await checkBin(space.scope, { spaceId: space.spaceId });
  expect(pending).toBe((await space.entries()).length);
  while ((await verifyEntries(new Date(), ALIVE)) > 0);
}

test("R-06 the registry's own collector, run by somebody else, loses nothing of a full bin", {
  timeout: TIMEOUT_MS,
}, async () => {
  const { index, plain } = await fillBin();
  const digests = (
    await Promise.all(
      (await space.entries()).map((entry) => getBinEntry(space.scope, { spaceId: space.spaceId, entryId: entry.id })),
    )
  ).flatMap((entry) => entry.manifests.map((manifest) => manifest.digest));
  expect(digests.length).toBeGreaterThan(5);
  await collectByOthers();
  expect(problemsOf(digests)).toEqual([]);
  await checkAll();
  expect((await space.entries()).map((entry) => entry.missing)).toEqual([[], []]);
  await space.restore((await space.entries()).map((entry) => entry.id));
  for (const [tag, digest] of [
    ["v1", index.digest],
    ["v2", index.digest],
    ["plain", plain.digest],
  ] as const)
    expect((await space.pull(tag)).digest).toBe(digest);
  expect(space.broken()).toEqual({});
});

test("R-06 after one with --delete-untagged every damaged entry is found, with what is missing, and cannot be restored half", {
  timeout: TIMEOUT_MS,
}, async () => {
  const { kept } = await fillBin();
  const before = await space.entries();
  expect(await summarizeBin(space.scope, { spaceId: space.spaceId, state: "any" })).toMatchObject({ damagedCount: 0 });
  // Of a repository without any tag this release knows no tags at all, and gives up before it deletes anything.
  await expect(collectByOthers("--delete-untagged")).rejects.toThrow(/failed to retrieve tags|unknown repository/);
  await checkAll();
  expect((await space.entries()).map((entry) => entry.missing)).toEqual([[], []]);
  // Others go on: with an empty folder of tags this one does, too.
  makeTagFolders();
  await collectByOthers("--delete-untagged");
  await checkAll();
  const damaged = (await listBinEntries(space.scope, { spaceId: space.spaceId, state: "damaged", limit: 10 })).items;
  expect(damaged.map((entry) => entry.id).sort()).toEqual(before.map((entry) => entry.id).sort());
  for (const entry of damaged) {
    expect(entry.missing).toContainEqual({ kind: "manifest", digest: entry.digest, reason: expect.any(String) });
    expect(entry.verifiedAt).not.toBeNull();
  }
  expect(await summarizeBin(space.scope, { spaceId: space.spaceId, state: "any" })).toMatchObject({
    ...{ damagedCount: 2, entryCount: 2, checks: { pending: 0 } },
  });
  const ids = damaged.map((entry) => entry.id);
  expect((await checkRestore(space.scope, { spaceId: space.spaceId, entryIds: ids })).damagedIds).toEqual(ids.sort());
  const { run: restore, items } = await space.restore(ids);
  expect(restore.status).toBe("failed");
  for (const item of items)
    expect(item).toMatchObject({ state: "failed", error: expect.stringContaining("gone from the registry") });
  // The failure stands with the entry, and what was kept is as it was.
  const stuck = (await listBinEntries(space.scope, { spaceId: space.spaceId, state: "stuck", limit: 10 })).items;
  expect(stuck).toHaveLength(2);
  expect(stuck[0]?.problem).toMatchObject({ action: "restore", runId: restore.id });
  expect((await space.pull("kept")).digest).toBe(kept.digest);
  // It breaks tagged indexes as well (of other tests); this space keeps none.
  expect(Object.keys(space.broken()).filter((name) => name.startsWith(space.repository))).toEqual([]);
});

test("R-06 blobs that vanish are missed too, and are there again after they come back", {
  timeout: TIMEOUT_MS,
}, async () => {
  const { plain } = await fillBin();
  const layer = plain.blobs.at(-1)?.digest ?? "";
  const link = path.join(
    ...[world.registry.storageRoot, "docker/registry/v2/repositories", space.binRepository],
    ...["_layers/sha256", layer.slice(7), "link"],
  );
  rmSync(link);
  await world.registry.restart();
  await checkAll();
  const [damaged] = (await listBinEntries(space.scope, { spaceId: space.spaceId, state: "damaged", limit: 10 })).items;
  expect(damaged).toMatchObject({ digest: plain.digest, missing: [{ kind: "blob", digest: layer }] });
});

test("R-06 a registry that does not answer leaves nothing marked: unknown is not missing", async () => {
  await fillBin();
  const where = { id: world.registryId };
  await checkBin(space.scope, { spaceId: space.spaceId });
  await prisma().registry.update({ where, data: { url: "http://127.0.0.1:1" } });
  try {
    expect(await verifyEntries(new Date(), ALIVE)).toBe(0);
  } finally {
    await prisma().registry.update({ where, data: { url: world.registry.url } });
  }
  expect((await space.entries()).every((entry) => entry.missing.length === 0)).toBe(true);
  // Asked for again later, after those of registries that answer.
  expect(await verifyEntries(new Date(), ALIVE)).toBe(0);
  expect(await verifyEntries(new Date(Date.now() + 3_600_000), ALIVE)).toBe(2);
});

test("N-03 a restore that failed says so at its entry, can be tried again as it was asked for, or given up", async () => {
  const image = await space.push(await space.image("one"), "v1");
  await space.push(await space.image("beside"), "beside");
  await space.crawl();
  await space.recycle("v1");
  const [entry] = await space.entries();
  const entryId = entry?.id ?? "";
  const place = { spaceId: space.spaceId, entryId };
  await expect(retryBinEntry(space.scope, place)).rejects.toMatchObject({ code: "conflict" });
  await expect(giveUpBinEntry(space.scope, place)).rejects.toMatchObject({ code: "conflict" });
  const where = { id: world.registryId };
  await prisma().registry.update({ where, data: { url: "http://127.0.0.1:1" } });
  const failed = await space.restore([entryId], "restore_as");
  await prisma().registry.update({ where, data: { url: world.registry.url } });
  expect(failed.items[0]?.state).toBe("failed");
  const [stuck] = await space.entries();
  expect(stuck).toMatchObject({ state: "held", problem: { action: "restore", runId: failed.run.id } });
  await giveUpBinEntry(space.scope, place);
  expect((await space.entries())[0]?.problem).toBeNull();
  await prisma().binEntry.update({
    where: { id: entryId },
    data: { problemAction: "restore", problemText: "again", problemRunId: failed.run.id, problemAt: new Date() },
  });
  const again = await retryBinEntry(space.scope, place);
  expect(again).toMatchObject({ kind: "restore", options: { onTagConflict: "restore_as" } });
  await space.execute(again.id);
  expect((await space.pull("v1")).digest).toBe(image.digest);
  expect(await prisma().binEntry.findUniqueOrThrow({ where: { id: entryId } })).toMatchObject({
    ...{ state: "restored", problemAt: null },
  });
});

test("N-03 a half-made copy whose run ended in the middle is shown with the reason, and taken away or forgotten", async () => {
  const image = await space.push(await space.image("one"), "v1");
  await space.push(await space.image("beside"), "beside");
  await space.crawl();
  const runId = await space.start(await space.rule(["v1"]));
  await space.execute(runId, {
    beforeStep: ({ step }) => {
      if (step === "remove") throw new RunStopped("shutdown");
    },
  });
  await prisma().run.update({ where: { id: runId }, data: { status: "failed", finishedAt: new Date() } });
  // The reconciler sees it, and would purge it by itself; here somebody is quicker.
  await lookAfterBin(new Date());
  const purge = await prisma().run.findFirstOrThrow({ where: { spaceId: space.spaceId, kind: "purge" } });
  await prisma().run.update({ where: { id: purge.id }, data: { status: "cancelled", finishedAt: new Date() } });
  await lookAfterBin(new Date());
  const [stuck] = (await listBinEntries(space.scope, { spaceId: space.spaceId, state: "stuck", limit: 10 })).items;
  expect(stuck).toMatchObject({ state: "recycling", recycledAt: null, problem: { action: "recycle", runId } });
  expect(await summarizeBin(space.scope, { spaceId: space.spaceId, state: "any" })).toMatchObject({
    stuckCount: 1,
    entryCount: 0,
  });
  const again = await retryBinEntry(space.scope, { spaceId: space.spaceId, entryId: stuck?.id ?? "" });
  expect((await space.execute(again.id)).run).toMatchObject({ status: "succeeded" });
  expect(await space.status(image.digest, space.binRepository)).toBe(404);
  expect((await space.pull("v1")).digest).toBe(image.digest);
});
