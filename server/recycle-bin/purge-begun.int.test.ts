import { afterAll, beforeAll, expect, test } from "vitest";
import { RunStopped } from "@/server/history/run-context";
import { prisma } from "@/server/platform/db/prisma";
import { requireSpace } from "@/server/spaces/require-space";
import { BinSpace, type BinWorld, startBinWorld } from "@/testing/bin-world";
import { lookAfterBin } from "@/testing/look-after-bin";
import { listDueEntries } from "./bin-run.store";
import { createBinRun } from "./create-bin-run";
import { forgetHalfMade } from "./entry-problem.store";

let world: BinWorld;

beforeAll(async () => {
  world = await startBinWorld();
});
afterAll(() => world.stop());

test("R-05 what had begun to leave its repository is never purged as a half-made copy, whoever comes across it first", async () => {
  const space = await BinSpace.create(world);
  const index = await space.push(await space.index("multi"), "multi");
  await space.crawl();
  const runId = await space.start(await space.rule(["multi"]));
  await space.execute(runId, {
    beforeStep: ({ step }) => {
      if (step === "remove-part") throw new RunStopped("shutdown");
    },
  });
  await prisma().run.update({ where: { id: runId }, data: { status: "failed", finishedAt: new Date() } });
  const entry = await prisma().binEntry.findFirstOrThrow({ where: { spaceId: space.spaceId } });
  expect(entry).toMatchObject({ state: "recycling", recycledAt: null });
  expect(await space.status(index.digest)).toBe(404);

  // The run ended after the stranded entries were looked for, and before the due ones are.
  expect(await listDueEntries(new Date(), 10)).toEqual([]);
  const where = { id: entry.id };
  await prisma().binEntry.update({
    where,
    data: { problemAt: new Date(), problemAction: "recycle", problemText: "-", problemRunId: runId },
  });
  expect(await prisma().$transaction((tx) => forgetHalfMade(tx, entry.id))).toBe(false);

  // Taken by a purge all the same.
  const row = await requireSpace(space.scope, space.spaceId);
  const request = { kind: "purge", selection: { entryIds: [entry.id] }, options: {}, trigger: "schedule" } as const;
  const purge = await createBinRun(space.scope, row, { ...request, takes: ["recycling"] });
  expect((await space.execute(purge.id)).items).toMatchObject([
    { state: "skipped_stale", error: expect.stringContaining("only copy") },
  ]);
  expect(await space.status(index.digest, space.binRepository)).toBe(200);
  await lookAfterBin(new Date());
  expect(await space.entries()).toMatchObject([{ id: entry.id, state: "held" }]);
  await space.restore([entry.id]);
  expect((await space.pull("multi")).digest).toBe(index.digest);
  expect(space.broken()).toEqual({});
});
