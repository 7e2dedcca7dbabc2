import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { signatureTag } from "@/scripts/demo/oci-image";
import { listHistory } from "@/server/history/list-history";
import { prisma } from "@/server/platform/db/prisma";
import { BinSpace, type BinWorld, startBinWorld } from "@/testing/bin-world";
import { lookAfterBin } from "@/testing/look-after-bin";
import { checkRestore } from "./check-restore";
import { getBinEntry } from "./get-bin-entry";
import { startPurge } from "./start-purge";
import { startRestore } from "./start-restore";

let world: BinWorld;
let space: BinSpace;

beforeAll(async () => {
  world = await startBinWorld();
});
afterAll(() => world.stop());
beforeEach(async () => {
  space = await BinSpace.create(world);
});

const purge = async (...entryIds: string[]) => {
  const { name } = await prisma().space.findUniqueOrThrow({ where: { id: space.spaceId } });
  const run = await startPurge(space.scope, { spaceId: space.spaceId, entryIds, typedName: name });
  return space.execute(run.id);
};
const onlyEntry = async () => {
  const [entry, ...others] = await space.entries();
  if (!entry || others.length > 0) throw new Error(`expected one entry, not ${others.length + (entry ? 1 : 0)}`);
  return entry;
};

test("an image with two tags goes to the bin whole and comes back whole", async () => {
  const image = await space.push(await space.image("one"), "v1", "stable");
  const other = await space.push(await space.image("two"), "v2");
  await space.crawl();
  const before = await space.inventory();

  const { run, items } = await space.recycle("v1", "stable");
  expect(run).toMatchObject({ status: "succeeded", totals: { itemsTotal: 1, itemsDone: 1, itemsKept: 1 } });
  expect(items).toMatchObject([{ state: "done", tags: ["stable", "v1"], digest: image.digest }]);
  for (const reference of ["v1", "stable", image.digest]) expect((await space.pull(reference)).ok).toBe(false);
  expect((await space.pull(image.digest, space.binRepository)).digest).toBe(image.digest);
  expect((await space.pull("v2")).digest).toBe(other.digest);
  expect((await space.inventory()).tags).toEqual([`v2=${other.digest}`]);

  const entry = await onlyEntry();
  expect(entry).toMatchObject({ state: "held", tags: ["stable", "v1"], manifestCount: 1, actorName: "a test" });
  const retained = Date.parse(entry.purgeAfter ?? "") - Date.parse(entry.recycledAt ?? "");
  expect(Math.round(retained / 86_400_000)).toBe(30);
  // The layer and the config that are its own; the base layer is the other image's too.
  expect(entry.uniqueBytes).toBeGreaterThan(0);
  expect(entry.uniqueBytes).toBeLessThan(entry.logicalBytes);

  const restored = await space.restore([entry.id]);
  expect(restored.run).toMatchObject({ status: "succeeded", totals: { itemsDone: 1 } });
  for (const reference of ["v1", "stable"]) expect((await space.pull(reference)).digest).toBe(image.digest);
  expect(await space.status(image.digest, space.binRepository)).toBe(404);
  expect(await space.inventory()).toEqual(before);
  expect(await space.entries()).toEqual([]);
  expect(space.broken()).toEqual({});
  const history = await listHistory(space.scope, { spaceId: space.spaceId, limit: 10 });
  expect(history.items.map((event) => event.action).sort()).toEqual(
    // The space is not made by a use case here: the database told of it.
    ["spaces.insert", "bin.recycle", "bin.restore", "reclaim.start", "restore.start", "rules.create"].sort(),
  );
});

test("an image comes back with its last pull, so that no rule on idleness takes it for never pulled", async () => {
  const image = await space.push(await space.image("pulled"), "v1");
  await space.crawl();
  const lastPulledAt = new Date("2025-06-01T00:00:00.000Z");
  const where = { workspaceId: space.tenant.workspaceId, digest: image.digest };
  await prisma().repositoryManifest.updateMany({ where, data: { lastPulledAt } });
  await space.recycle("v1");
  await space.restore([(await onlyEntry()).id]);
  expect(await prisma().repositoryManifest.findMany({ where, select: { lastPulledAt: true } })).toEqual([
    { lastPulledAt },
  ]);
});

test("an index takes its children and everything attached to them along, and brings it back", async () => {
  const amd = await space.image("amd");
  const index = await space.push(await space.index("multi", [amd, await space.image("arm")]), "multi");
  const keeper = await space.push(await space.image("keeper"), "keeper");
  const signature = await space.sign(index);
  const childSignature = await space.sign(amd);
  const sbom = await space.push(space.sbom(index));
  await space.crawl();
  const before = await space.inventory();
  expect(before.manifests).toHaveLength(7);

  const { items } = await space.recycle("multi");
  expect(items).toMatchObject([{ state: "done", memberCount: 5 }]);
  expect(await space.tags()).toEqual(["keeper"]);
  const parts = [index, amd, ...index.children, signature, childSignature, sbom];
  for (const { digest } of parts) expect(await space.status(digest)).toBe(404);
  expect((await space.inventory()).manifests).toMatchObject([{ digest: keeper.digest }]);
  const entry = await onlyEntry();
  expect(entry).toMatchObject({ manifestCount: 6, referrerCount: 3, tags: ["multi"] });
  const { manifests } = await getBinEntry(space.scope, { spaceId: space.spaceId, entryId: entry.id });
  expect(manifests.filter((one) => one.role === "top").map((one) => one.digest)).toEqual([index.digest]);

  await space.restore([entry.id]);
  expect(await space.inventory()).toEqual(before);
  expect((await space.pull("multi")).digest).toBe(index.digest);
  expect((await space.pull(signatureTag(index.digest))).digest).toBe(signature.digest);
  expect((await space.pull(sbom.digest)).digest).toBe(sbom.digest);
  expect(space.broken()).toEqual({});
});

test("a child that a kept index shares stays where it is, and outlives the purge of the other", async () => {
  const shared = await space.image("shared");
  const going = await space.push(await space.index("old", [shared, await space.image("old-arm")]), "old");
  const kept = await space.push(await space.index("new", [shared, await space.image("new-arm")]), "new");
  await space.crawl();
  await space.recycle("old");
  expect(await space.status(going.digest)).toBe(404);
  expect(await space.status(shared.digest)).toBe(200);
  expect((await space.pull("new")).digest).toBe(kept.digest);
  const entry = await onlyEntry();
  expect((await space.pull(going.digest, space.binRepository)).digest).toBe(going.digest);
  await purge(entry.id);
  expect((await space.pull("new")).digest).toBe(kept.digest);
  expect(await space.status(shared.digest, space.binRepository)).toBe(404);
  expect(space.broken()).toEqual({});
});

test("a child that two recycled indexes share leaves with the last of them, and the bin keeps it for each", async () => {
  const shared = await space.image("shared");
  const one = await space.push(await space.index("one", [shared, await space.image("one-arm")]), "one");
  await space.push(await space.index("two", [shared, await space.image("two-arm")]), "two");
  await space.push(await space.image("keeper"), "keeper");
  await space.crawl();
  const { run } = await space.recycle("one", "two");
  expect(run.totals).toMatchObject({ itemsDone: 2 });
  expect(await space.status(shared.digest)).toBe(404);
  const entries = await space.entries();
  expect(entries).toHaveLength(2);
  const [first, second] = ["one", "two"].map((tag) => entries.find((entry) => entry.tags.includes(tag))?.id ?? "");
  await purge(second ?? "");
  expect(await space.status(shared.digest, space.binRepository)).toBe(200);
  await space.restore([first ?? ""]);
  expect((await space.pull("one")).digest).toBe(one.digest);
  expect(await space.status(shared.digest, space.binRepository)).toBe(404);
  expect(space.broken()).toEqual({});
});

test("an index that was pushed after the inventory was read keeps its child", async () => {
  const shared = await space.image("shared");
  await space.push(await space.index("old", [shared, await space.image("old-arm")]), "old");
  await space.push(await space.image("keeper"), "keeper");
  await space.crawl();
  const runId = await space.start(await space.rule(["old"]));
  const fresh = await space.push(await space.index("fresh", [shared, await space.image("fresh-arm")]), "fresh");
  const { items } = await space.execute(runId);
  expect(items).toMatchObject([{ state: "done" }]);
  expect((await space.pull("fresh")).digest).toBe(fresh.digest);
  expect(space.broken()).toEqual({});
});

test("an index that is pushed again while its parts are leaving stays whole where it was pushed", async () => {
  const index = await space.index("multi");
  await space.push(index, "multi");
  await space.push(await space.image("keeper"), "keeper");
  await space.crawl();
  const runId = await space.start(await space.rule(["multi"]));
  let isPushed = false;
  const { items } = await space.execute(runId, {
    beforeStep: async ({ step }) => {
      if (step !== "remove-part" || isPushed) return;
      isPushed = true;
      await space.push(index, "multi");
    },
  });
  expect(isPushed).toBe(true);
  expect(items).toMatchObject([{ state: "done", error: expect.stringContaining("pushed again meanwhile") }]);
  expect((await space.pull("multi")).digest).toBe(index.digest);
  expect(space.broken()).toEqual({});
  expect((await space.entries()).length).toBe(1);
});

test("the same digest recycled twice: each entry keeps what it needs", async () => {
  const image = await space.image("again");
  await space.push(await space.image("keeper"), "keeper");
  await space.push(image, "v1");
  await space.crawl();
  await space.recycle("v1");
  await space.push(image, "v1");
  await space.crawl();
  await space.recycle("v1");
  const [second, first] = await space.entries();
  expect([first?.digest, second?.digest]).toEqual([image.digest, image.digest]);
  await purge(first?.id ?? "");
  await space.restore([second?.id ?? ""]);
  expect((await space.pull("v1")).digest).toBe(image.digest);
  expect(await space.status(image.digest, space.binRepository)).toBe(404);
  const states = await prisma().binEntry.findMany({ where: { spaceId: space.spaceId }, orderBy: { id: "asc" } });
  expect(states.map((entry) => entry.state)).toEqual(["purged", "restored"]);
});

test("two entries of one digest that are purged together leave nothing behind", async () => {
  const image = await space.image("again");
  await space.push(await space.image("keeper"), "keeper");
  for (let round = 0; round < 2; round++) {
    await space.push(image, "v1");
    await space.crawl();
    await space.recycle("v1");
  }
  const ids = (await space.entries()).map((entry) => entry.id);
  const { run } = await purge(...ids);
  expect(run.totals).toMatchObject({ itemsDone: 2 });
  expect(await space.status(image.digest, space.binRepository)).toBe(404);
});

test.each(["keep_current", "restore_as"] as const)("a tag that moved meanwhile: %s", async (decision) => {
  const old = await space.push(await space.image("old"), "v1", "v1.0");
  await space.push(await space.image("keeper"), "keeper");
  await space.crawl();
  await space.recycle("v1", "v1.0");
  const current = await space.push(await space.image("new"), "v1");
  const entry = await onlyEntry();
  expect(await checkRestore(space.scope, { spaceId: space.spaceId, entryIds: [entry.id] })).toMatchObject({
    conflicts: [
      {
        entryId: entry.id,
        repositoryName: space.repository,
        tag: "v1",
        recordedDigest: old.digest,
        currentDigest: current.digest,
      },
    ],
  });
  const { run, items } = await space.restore([entry.id], decision);
  expect((await space.pull("v1")).digest).toBe(current.digest);
  expect((await space.pull("v1.0")).digest).toBe(old.digest);
  const day = run.createdAt.slice(0, 10).replaceAll("-", "");
  const renamed = `v1-restored-${day}`;
  expect((await space.tags()).includes(renamed)).toBe(decision === "restore_as");
  if (decision === "restore_as") expect((await space.pull(renamed)).digest).toBe(old.digest);
  expect(items[0]?.error).toContain(decision === "restore_as" ? renamed : "v1 stays");
  expect(space.broken()).toEqual({});
});

test("some tags of an image: it is only untagged of those", async () => {
  const image = await space.push(await space.image("one"), "nightly-1", "release");
  await space.push(await space.image("two"), "other");
  await space.crawl();
  const { items } = await space.recycle("nightly-*");
  expect(items).toMatchObject([{ action: "untag", state: "done", selectedTags: ["nightly-1"] }]);
  expect(await space.tags()).toEqual(["other", "release"]);
  expect((await space.pull("release")).digest).toBe(image.digest);
  expect((await space.inventory()).tags).toHaveLength(2);
  expect(await space.entries()).toEqual([]);
});

test("purging wants the space's name, letter by letter; entries of others and unknown ones are not there", async () => {
  await space.push(await space.image("one"), "v1");
  await space.crawl();
  await space.recycle("v1");
  const entry = await onlyEntry();
  const stranger = await BinSpace.create(world);
  const { spaceId } = space;
  await expect(startPurge(space.scope, { spaceId, entryIds: [entry.id], typedName: "S" })).rejects.toMatchObject({
    code: "unprocessable",
  });
  const foreign = { spaceId: stranger.spaceId, entryIds: [entry.id], onTagConflict: "keep_current" as const };
  await expect(startRestore(stranger.scope, foreign)).rejects.toMatchObject({ code: "not_found" });
  await expect(startRestore(stranger.scope, { ...foreign, spaceId })).rejects.toMatchObject({ code: "not_found" });
  await expect(startRestore(space.scope, { ...foreign, spaceId, entryIds: ["bin_0"] })).rejects.toMatchObject({
    code: "not_found",
  });
  const look = { spaceId: stranger.spaceId, entryId: entry.id };
  await expect(getBinEntry(stranger.scope, look)).rejects.toMatchObject({ code: "not_found" });
  await expect(checkRestore(stranger.scope, foreign)).rejects.toMatchObject({ code: "not_found" });

  const mine = { ...foreign, spaceId };
  const run = await startRestore(space.scope, mine);
  await expect(startRestore(space.scope, mine)).rejects.toMatchObject({ code: "conflict" });
  await space.execute(run.id);
  expect((await space.pull("v1")).ok).toBe(true);
  await expect(startRestore(space.scope, mine)).rejects.toMatchObject({ code: "not_found" });
});

test("what is due is purged by itself; a run that was cancelled before it began gives its entries back", async () => {
  await space.push(await space.image("one"), "v1");
  await space.push(await space.image("two"), "v2");
  await space.crawl();
  await space.recycle("v1", "v2");
  const [due, later] = await space.entries();
  await prisma().binEntry.update({ where: { id: due?.id ?? "" }, data: { purgeAfter: new Date(0) } });
  const mine = { spaceId: space.spaceId, entryIds: [later?.id ?? ""], onTagConflict: "keep_current" as const };
  const stopped = await startRestore(space.scope, mine);
  await prisma().run.update({ where: { id: stopped.id }, data: { status: "cancelled", finishedAt: new Date() } });

  expect(await lookAfterBin(new Date())).toBe(1);
  const run = await prisma().run.findFirstOrThrow({ where: { spaceId: space.spaceId, kind: "purge" } });
  expect(run).toMatchObject({ trigger: "schedule", status: "queued" });
  const { items } = await space.execute(run.id);
  expect(items).toMatchObject([{ binEntryId: due?.id, state: "done" }]);
  expect(await lookAfterBin(new Date())).toBe(0);
  expect(await space.entries()).toMatchObject([{ id: later?.id, state: "held" }]);
  expect(await space.status(due?.digest ?? "", space.binRepository)).toBe(404);
});
