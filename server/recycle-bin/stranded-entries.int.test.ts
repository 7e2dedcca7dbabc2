import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { RunStopped } from "@/server/history/run-context";
import { prisma } from "@/server/platform/db/prisma";
import { BinSpace, type BinWorld, startBinWorld } from "@/testing/bin-world";
import { lookAfterBin } from "@/testing/look-after-bin";

let world: BinWorld;
let space: BinSpace;

beforeAll(async () => {
  world = await startBinWorld();
});
afterAll(() => world.stop());
beforeEach(async () => {
  space = await BinSpace.create(world);
});

/** A run whose worker went away at a step, and which nobody took up again before it was ended. */
async function giveUpAt(runId: string, step: string): Promise<void> {
  await space.execute(runId, {
    beforeStep: (point) => {
      if (point.step === step) throw new RunStopped("shutdown");
    },
  });
  expect((await space.result(runId)).items).toMatchObject([{ state: "moving" }]);
  await prisma().run.update({ where: { id: runId }, data: { status: "failed", finishedAt: new Date() } });
}

test("a copy that nobody could take back is purged, and was never in the bin", async () => {
  const image = await space.push(await space.image("one"), "v1");
  await space.crawl();
  const runId = await space.start(await space.rule(["v1"]));
  await giveUpAt(runId, "remove");
  expect(await space.status(image.digest, space.binRepository)).toBe(200);
  expect(await space.entries()).toEqual([]);

  expect(await lookAfterBin(new Date())).toBe(1);
  const run = await prisma().run.findFirstOrThrow({ where: { spaceId: space.spaceId, kind: "purge" } });
  expect((await space.execute(run.id)).run).toMatchObject({ status: "succeeded", totals: { itemsDone: 1 } });
  expect(await space.status(image.digest, space.binRepository)).toBe(404);
  expect((await space.pull("v1")).digest).toBe(image.digest);
  expect(await prisma().binEntry.count({ where: { spaceId: space.spaceId } })).toBe(0);
  expect(await prisma().auditEvent.count({ where: { spaceId: space.spaceId, action: "bin.purge" } })).toBe(0);
  expect((await space.result(runId)).items).toMatchObject([{ state: "failed" }]);
  expect(await lookAfterBin(new Date())).toBe(0);
});

test("an image that had begun to leave is in the bin, and can be restored from there", async () => {
  const index = await space.push(await space.index("multi"), "multi");
  await space.crawl();
  const runId = await space.start(await space.rule(["multi"]));
  await giveUpAt(runId, "remove-part");
  expect(await space.status(index.digest)).toBe(404);
  expect(await space.entries()).toEqual([]);

  expect(await lookAfterBin(new Date())).toBe(0);
  const [entry] = await space.entries();
  expect(entry).toMatchObject({ digest: index.digest, state: "held", purgeAfter: expect.any(String) });
  await space.restore([entry?.id ?? ""]);
  expect((await space.pull("multi")).digest).toBe(index.digest);
  expect(space.broken()).toEqual({});
});

test("a move that was taken back is no entry of the bin, wherever its worker went away", async () => {
  const image = await space.push(await space.image("one"), "v1");
  await space.push(await space.image("two"), "keep");
  await space.crawl();
  const runId = await space.start(await space.rule(["v1"]));
  const stopAt = (step: string) =>
    space.execute(runId, {
      beforeStep: (point) => {
        if (point.step === step) throw new RunStopped("shutdown");
      },
    });
  await stopAt("remove-top");
  // By now somebody wants it under another name too, so that it stays.
  await space.push(image, "wanted");
  await stopAt("remove-from-bin");
  await prisma().run.update({ where: { id: runId }, data: { status: "failed", finishedAt: new Date() } });

  expect(await lookAfterBin(new Date())).toBe(1);
  expect(await space.entries()).toEqual([]);
  const run = await prisma().run.findFirstOrThrow({ where: { spaceId: space.spaceId, kind: "purge" } });
  expect((await space.execute(run.id)).run).toMatchObject({ status: "succeeded" });
  expect(await prisma().binEntry.count({ where: { spaceId: space.spaceId } })).toBe(0);
  expect(await space.status(image.digest, space.binRepository)).toBe(404);
  for (const tag of ["v1", "wanted"]) expect((await space.pull(tag)).digest).toBe(image.digest);
});

test("a registry that does not answer costs a few items after retries, and ends the run instead of all of them", async () => {
  for (let i = 0; i < 12; i++) await space.push(await space.image(`m${i}`), `v${i}`);
  await space.crawl();
  const runId = await space.start(await space.rule(["*"]));
  const { url } = world.registry;
  const where = { id: world.registryId };
  await prisma().registry.update({ where, data: { url: "http://127.0.0.1:1" } });
  try {
    const { run, items } = await space.execute(runId);
    expect(run).toMatchObject({ status: "failed", error: { code: "unavailable" }, totals: { itemsDone: 0 } });
    const states = items.map((item) => item.state);
    expect(new Set(states)).toEqual(new Set(["failed", "left_out"]));
    expect(states.filter((state) => state === "failed").length).toBeLessThan(10);
  } finally {
    await prisma().registry.update({ where, data: { url } });
  }
  expect(await space.tags()).toHaveLength(12);
  expect(await space.recycle("*")).toMatchObject({ run: { status: "succeeded", totals: { itemsDone: 12 } } });
});
