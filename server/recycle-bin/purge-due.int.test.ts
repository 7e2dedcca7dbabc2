import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { cancelRun } from "@/server/history/cancel-run";
import { prisma } from "@/server/platform/db/prisma";
import { updateSpace } from "@/server/spaces/update-space";
import { BinSpace, type BinWorld, startBinWorld } from "@/testing/bin-world";
import { lookAfterBin } from "@/testing/look-after-bin";

const DAY_MS = 86_400_000;
let world: BinWorld;
let space: BinSpace;

beforeAll(async () => {
  world = await startBinWorld();
});
afterAll(() => world.stop());
beforeEach(async () => {
  space = await BinSpace.create(world);
});

/** The bin with one entry whose time is up, and the run that the schedule starts for it. */
async function startDuePurge() {
  const image = await space.push(await space.image("one"), "v1");
  await space.crawl();
  await space.recycle("v1");
  const recycledAt = new Date(Date.now() - 31 * DAY_MS);
  const purgeAfter = new Date(recycledAt.getTime() + 30 * DAY_MS);
  await prisma().binEntry.updateMany({ where: { spaceId: space.spaceId }, data: { recycledAt, purgeAfter } });
  expect(await lookAfterBin(new Date())).toBe(1);
  const run = await prisma().run.findFirstOrThrow({ where: { spaceId: space.spaceId, kind: "purge" } });
  return { image, runId: run.id };
}

test("an entry that was given more time since it was due stays in the bin", async () => {
  const { image, runId } = await startDuePurge();
  await updateSpace(space.scope, { spaceId: space.spaceId, binRetentionDays: 90 });
  expect((await space.execute(runId)).items).toMatchObject([
    { state: "skipped_stale", error: "the recycle bin keeps it longer by now" },
  ]);
  expect(await space.entries()).toMatchObject([{ digest: image.digest, state: "held" }]);
  expect(await space.status(image.digest, space.binRepository)).toBe(200);
  expect(await lookAfterBin(new Date())).toBe(0);
});

test("what could not be purged, or was cancelled, is tried again after a while and not every few seconds", async () => {
  const { image, runId } = await startDuePurge();
  await cancelRun(space.scope, { runId });
  for (let call = 0; call < 3; call++) expect(await lookAfterBin(new Date())).toBe(0);
  expect(await space.entries()).toMatchObject([{ digest: image.digest, state: "held" }]);
  expect(await prisma().run.count({ where: { spaceId: space.spaceId, kind: "purge" } })).toBe(1);
  expect(await lookAfterBin(new Date(Date.now() + 16 * 60_000))).toBe(1);
});
