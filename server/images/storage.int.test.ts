import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { BuiltImage } from "@/scripts/demo/oci-image";
import { prisma } from "@/server/platform/db/prisma";
import { newId } from "@/server/platform/new-id";
import { getSpace } from "@/server/spaces/get-space";
import { BinSpace, type BinWorld, startBinWorld } from "@/testing/bin-world";
import { createTestTenant } from "@/testing/tenant";
import { getSpaceStorage } from "./get-space-storage";
import { getWorkspaceStorage } from "./get-workspace-storage";
import { sampleSpaces } from "./sample-spaces";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const never = new AbortController().signal;

let world: BinWorld;
let space: BinSpace;

beforeAll(async () => {
  world = await startBinWorld();
});
afterAll(() => world.stop());
beforeEach(async () => {
  space = await BinSpace.create(world);
});

/** Each blob and manifest of these images once. */
function storedOf(...images: BuiltImage[]): number {
  const sizes = new Map<string, number>();
  const add = (image: BuiltImage) => {
    sizes.set(image.digest, image.size);
    for (const blob of image.blobs) sizes.set(blob.digest, blob.size);
    for (const child of image.children) add(child);
  };
  for (const image of images) add(image);
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}

const storage = () => getSpaceStorage(space.scope, { spaceId: space.spaceId });
const web = () => space.repository.replace("/app", "/web");

/** One image in two repositories, an index, and an image without a tag; all have the layer "base". */
async function fill() {
  const both = await space.push(await space.image("both"), "v1");
  await world.pusher.push(web(), both, "v1");
  const index = await space.push(await space.index("multi"), "multi");
  const untagged = await space.push(await space.image("untagged"));
  await space.crawl();
  return { both, index, untagged };
}

test("N-05 D-13 sizes of a space count each blob once; logical is what pulling every image transfers", async () => {
  const { both, index, untagged } = await fill();
  const { now, repositories, samples } = await storage();
  expect(now).toMatchObject({
    ...{ imageCount: 4, tagCount: 3, brokenCount: 0, isStale: false, measuredAt: null },
    storedBytes: storedOf(both, index, untagged),
    logicalBytes: 2 * storedOf(both) + storedOf(index) + storedOf(untagged),
    untagged: { images: 1, bytes: storedOf(both, index, untagged) - storedOf(both, index), isStale: false },
    bin: { entries: 0, bytes: 0 },
    freedBytes: 0,
  });
  expect(repositories).toEqual({
    items: [
      expect.objectContaining({ name: space.repository, storedBytes: storedOf(both, index, untagged), imageCount: 3 }),
      expect.objectContaining({ name: web(), storedBytes: storedOf(both), imageCount: 1 }),
    ],
    others: null,
  });
  expect(samples).toEqual([]);
});

test("N-05 the funnel: what is recycled leaves the images and waits in the bin; collections of this workspace are what it freed", async () => {
  const { both, index, untagged } = await fill();
  const { run } = await space.recycle("multi");
  expect(run.status).toBe("succeeded");
  const { registryId, workspaceId, spaceId } = space.tenant;
  await prisma().registry.update({
    where: { id: registryId },
    data: { unusedBytes: 777n, unusedMeasuredAt: new Date("2026-01-01T00:00:00Z") },
  });
  const other = await createTestTenant({ name: "other", registryId });
  const gc = (totals: object, isDryRun: boolean, of: { workspaceId: string; spaceId: string }) =>
    prisma().run.create({
      data: {
        ...{ id: newId("run"), registryId, kind: "gc", status: "cancelled", trigger: "manual", options: {}, isDryRun },
        ...{ requestedByName: "a test", frozenNow: new Date(), finishedAt: new Date(), totals },
        ...{ workspaceId: of.workspaceId, spaceId: of.spaceId },
      },
    });
  await gc({ freedBytes: 5000 }, false, { workspaceId, spaceId });
  await gc({}, false, { workspaceId, spaceId });
  await gc({ freedBytes: 90_000 }, true, { workspaceId, spaceId });
  await gc({ freedBytes: 70_000 }, false, other);

  const { now, registry } = await storage();
  const kept = storedOf(both, untagged);
  const binned = storedOf(both, untagged, index) - kept;
  const untaggedBytes = kept - storedOf(both);
  expect(now).toMatchObject({ storedBytes: kept, bin: { entries: 1, bytes: binned }, freedBytes: 5000 });
  expect(registry).toMatchObject({
    isShared: true,
    unreferenced: { bytes: 777, measuredAt: "2026-01-01T00:00:00.000Z" },
  });
  // The unused data is of other spaces too, and not counted into the share of this one.
  expect(now.reclaimable).toEqual({
    reclaimableBytes: untaggedBytes + binned,
    heldBytes: kept + binned,
    share: (untaggedBytes + binned) / (kept + binned),
  });
});

test("K-02 D-13 a workspace's sizes are the sums of its spaces, a registry once", async () => {
  const { both, index, untagged } = await fill();
  await sampleSpaces(new Date(), never);
  const { total, spaces, registries } = await getWorkspaceStorage(space.scope);
  const stored = storedOf(both, index, untagged);
  expect(spaces).toHaveLength(1);
  expect(spaces[0]).toMatchObject({ spaceId: space.spaceId, storedBytes: stored, isStale: false });
  expect(registries).toHaveLength(1);
  expect(registries[0]).toMatchObject({ registryId: world.registryId, spaceCount: 1, storedBytes: stored });
  expect(total).toMatchObject({ imageCount: 4, storedBytes: stored, untagged: { images: 1, isStale: true } });
});

test("D-13 without a sample the size of a space is a bound that says about; with one it is exact until the images change", async () => {
  const { both, index, untagged } = await fill();
  const read = () => getSpace(space.scope, { spaceId: space.spaceId });
  const stored = storedOf(both, index, untagged);
  const summed = stored + storedOf(both);
  expect(await read()).toMatchObject({ storedBytes: summed, isStoredAbout: true, imageCount: 4, tagCount: 3 });
  await sampleSpaces(new Date(), never);
  expect(await read()).toMatchObject({ storedBytes: stored, isStoredAbout: false });

  await space.push(await space.image("later"), "v9");
  await space.crawl();
  const after = await read();
  expect(after.isStoredAbout).toBe(true);
  expect(after.storedBytes).toBeGreaterThanOrEqual(stored);
  await sampleSpaces(new Date(Date.now() + HOUR_MS), never);
  const exact = await read();
  expect(exact).toMatchObject({ isStoredAbout: false, imageCount: 5 });
  expect(exact.storedBytes).toBe((await storage()).now.storedBytes);
});

test("N-05 one sample an hour: taken again after a change, by two workers at once too, and not for nothing", async () => {
  const rows = () => prisma().spaceSample.findMany({ where: { spaceId: space.spaceId }, orderBy: { at: "asc" } });
  const hour = new Date(Math.floor(Date.now() / HOUR_MS) * HOUR_MS + 2 * HOUR_MS);
  const at = (minutes: number) => new Date(hour.getTime() + minutes * 60_000);
  await sampleSpaces(at(0), never);
  // Nothing was ever found in it.
  expect(await rows()).toEqual([]);

  const { both, index, untagged } = await fill();
  await Promise.all([sampleSpaces(at(1), never), sampleSpaces(at(1), never)]);
  const [first, ...none] = await rows();
  expect(none).toEqual([]);
  expect(first).toMatchObject({
    at: hour,
    measuredAt: at(1),
    imageCount: 4,
    tagCount: 3,
    freedBytes: 0n,
    binBytes: 0n,
  });
  expect(first?.storedBytes).toBe(BigInt(storedOf(both, index, untagged)));
  expect(await sampleSpaces(at(10), never)).toBe(0);

  const { run } = await space.recycle("multi");
  // The run ended at the wall clock's time; what counts as after the sample is told by the row.
  await prisma().run.update({ where: { id: run.id }, data: { finishedAt: at(11) } });
  await sampleSpaces(at(12), never);
  const [replaced, ...more] = await rows();
  expect(more).toEqual([]);
  expect(replaced).toMatchObject({ at: hour, measuredAt: at(12), imageCount: 3 });
  expect(replaced?.storedBytes).toBe(BigInt(storedOf(both, untagged)));
  expect(replaced?.binBytes).toBeGreaterThan(0n);

  // An hour in which nothing happened has its row too; a late worker does not overwrite a newer one.
  await sampleSpaces(at(70), never);
  await sampleSpaces(at(65), never);
  expect(
    (await rows()).map((row) => [row.at.getTime() - hour.getTime(), row.measuredAt.getTime() - hour.getTime()]),
  ).toEqual([
    [0, 12 * 60_000],
    [HOUR_MS, 70 * 60_000],
  ]);
});

test("N-05 samples stay hourly for two weeks, then daily; a chart gets at most 200 of 90 days, the latest among them", async () => {
  await fill();
  const now = new Date();
  const newest = Math.floor(now.getTime() / HOUR_MS) * HOUR_MS;
  const sample = (ageHours: number) => ({
    ...{ spaceId: space.spaceId, workspaceId: space.tenant.workspaceId, inventoryRevision: 0n, imageCount: ageHours },
    ...{ tagCount: 0, logicalBytes: 0n, storedBytes: 0n, untaggedBytes: 0n, binBytes: 0n, freedBytes: 0n },
    ...{ at: new Date(newest - ageHours * HOUR_MS), measuredAt: new Date(newest - ageHours * HOUR_MS) },
  });
  const hours = 100 * 24;
  await prisma().spaceSample.createMany({ data: Array.from({ length: hours }, (_, index) => sample(index + 1)) });
  const unthinned = await storage();
  expect(unthinned.samples.length).toBeLessThanOrEqual(200);
  expect(unthinned.samples.length).toBeGreaterThan(150);
  const times = unthinned.samples.map((one) => Date.parse(one.at));
  expect(times).toEqual([...times].sort((a, b) => a - b));
  expect(times.at(-1)).toBe(newest - HOUR_MS);
  expect(times[0]).toBeGreaterThanOrEqual(now.getTime() - 90 * DAY_MS);

  await sampleSpaces(now, never);
  const rows = await prisma().spaceSample.findMany({ where: { spaceId: space.spaceId }, orderBy: { at: "asc" } });
  const border = Math.floor((now.getTime() - 14 * DAY_MS) / DAY_MS) * DAY_MS;
  const old = rows.filter((row) => row.at.getTime() < border);
  const days = new Set(old.map((row) => row.at.toISOString().slice(0, 10)));
  expect(days.size).toBe(old.length);
  // The last of a day is what stays.
  expect(old.every((row) => row.at.getUTCHours() === 23)).toBe(true);
  expect(rows.filter((row) => row.at.getTime() >= border)).toHaveLength((newest - border) / HOUR_MS + 1);
});

test("N-05 the storage of a space is its owner's alone, also where others may read it", async () => {
  const reader = await createTestTenant({ name: "reader" });
  await prisma().space.update({ where: { id: space.spaceId }, data: { isPublic: true } });
  await expect(getSpaceStorage(reader.scope, { spaceId: space.spaceId })).rejects.toMatchObject({ code: "not_found" });
  expect((await getWorkspaceStorage(reader.scope)).spaces.map((one) => one.spaceId)).toEqual([reader.spaceId]);
});
