import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { crawlRegistry } from "@/server/images/crawl-registry";
import { prisma } from "@/server/platform/db/prisma";
import { BinSpace, type BinWorld, startBinWorld } from "@/testing/bin-world";
import { checkRestore } from "./check-restore";
import type { MoveHooks } from "./move";
import { retryBinEntry } from "./retry-bin-entry";
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

/** An image of the tags v1 and stable in the bin, and others that were pushed to both since. */
async function conflict() {
  const old = await space.push(await space.image("old"), "v1", "stable");
  await space.push(await space.image("beside"), "beside");
  await space.crawl();
  await space.recycle("v1", "stable");
  const now = await space.push(await space.image("now"), "v1");
  const third = await space.push(await space.image("third"), "stable");
  await space.crawl();
  const [entry] = await space.entries();
  return { old, now, third, entryId: entry?.id ?? "" };
}

/** Pushed by somebody who knows nothing of a restore; known to the inventory, or not yet. */
async function pushMeanwhile(isKnown: boolean) {
  const image = await space.push(await space.image("meanwhile"), "v1");
  if (isKnown) await crawlRegistry(world.registryId, new AbortController().signal);
  return image;
}

const failingCopy: MoveHooks = {
  beforeStep: ({ action, step }) => {
    if (action === "restore" && step === "copy") throw new Error("no space left on the registry");
  },
};

const start = (entryId: string, more: Partial<Parameters<typeof startRestore>[1]>) =>
  startRestore(space.scope, { spaceId: space.spaceId, entryIds: [entryId], onTagConflict: "keep_current", ...more });

describe("R-06 N-03 a tag is taken back from the image that was seen", () => {
  test.each([true, false])("and from no other that was pushed while the run waited (known: %s)", async (isKnown) => {
    const { old, third, entryId } = await conflict();
    const { conflicts } = await checkRestore(space.scope, { spaceId: space.spaceId, entryIds: [entryId] });
    const decisions = conflicts.map(({ tag, currentDigest }) => ({
      ...{ entryId, tag, currentDigest, choice: "take_back" as const },
    }));
    expect(decisions).toHaveLength(2);
    const run = await start(entryId, { decisions });
    const meanwhile = await pushMeanwhile(isKnown);
    const { items } = await space.execute(run.id);
    expect((await space.pull("v1")).digest).toBe(meanwhile.digest);
    expect(items[0]?.error).toMatch(/v1 stays on the image that has it \(it is not sha256:[0-9a-f]+, from which/);
    expect((await space.pull("stable")).digest).toBe(old.digest);
    expect((await space.entries()).map((entry) => entry.digest)).toEqual([third.digest]);
    expect(space.broken()).toEqual({});
  });

  test("by one choice for all: from none that was pushed after the restore was asked for", async () => {
    for (const isKnown of [true, false]) {
      space = await BinSpace.create(world);
      const { old, entryId } = await conflict();
      const run = await start(entryId, { onTagConflict: "take_back" });
      const meanwhile = await pushMeanwhile(isKnown);
      const { items } = await space.execute(run.id);
      expect((await space.pull("v1")).digest).toBe(meanwhile.digest);
      expect(items[0]?.error).toContain("v1 stays on the image that has it (it was pushed there after the restore");
      expect((await space.pull("stable")).digest).toBe(old.digest);
    }
  });
});

describe("R-08 a restore that is tried again", () => {
  test("goes by what was decided tag by tag", async () => {
    const { old, now, third, entryId } = await conflict();
    const taken = { entryId, tag: "stable", choice: "take_back" as const, currentDigest: third.digest };
    const run = await start(entryId, { onTagConflict: "restore_as", decisions: [taken] });
    const failed = await space.execute(run.id, {
      beforeStep: ({ step }) => {
        if (step === "displace") throw new Error("no space left on the registry");
      },
    });
    expect(failed.items[0]?.state).toBe("failed");
    const again = await retryBinEntry(space.scope, { spaceId: space.spaceId, entryId });
    await space.execute(again.id);
    expect((await space.pull("stable")).digest).toBe(old.digest);
    expect((await space.pull("v1")).digest).toBe(now.digest);
    expect((await space.tags()).filter((tag) => tag.includes("-restored-"))).toHaveLength(1);
  });

  test("takes no tag from what was pushed since it was first asked for", async () => {
    const { entryId } = await conflict();
    const run = await start(entryId, { onTagConflict: "take_back" });
    await space.execute(run.id, {
      beforeStep: ({ step }) => {
        if (step === "displace") throw new Error("no space left on the registry");
      },
    });
    const meanwhile = await pushMeanwhile(true);
    const again = await retryBinEntry(space.scope, { spaceId: space.spaceId, entryId });
    await space.execute(again.id);
    expect((await space.pull("v1")).digest).toBe(meanwhile.digest);
  });
});

test("R-06 R-08 a restore that fails after an image made room for it has that image put back, with its tag", async () => {
  const { now, third, entryId } = await conflict();
  const run = await start(entryId, { onTagConflict: "take_back" });
  const { items } = await space.execute(run.id, failingCopy);
  const failed = items.find((item) => item.action === "restore");
  expect(failed).toMatchObject({ state: "failed", error: expect.stringContaining("no space left on the registry") });
  for (const image of [now, third]) expect(failed?.error).toContain(image.digest.slice(0, 19));
  const repairs = await prisma().run.findMany({
    where: { spaceId: space.spaceId, kind: "restore", id: { not: run.id } },
  });
  expect(repairs).toHaveLength(1);
  for (const repair of repairs) expect((await space.execute(repair.id)).run.status).toBe("succeeded");
  expect((await space.pull("v1")).digest).toBe(now.digest);
  expect((await space.pull("stable")).digest).toBe(third.digest);
  expect(await space.entries()).toMatchObject([{ id: entryId, state: "held", problem: { action: "restore" } }]);
  expect(space.broken()).toEqual({});
  // Tried again, it takes the tags from those that were seen.
  const again = await retryBinEntry(space.scope, { spaceId: space.spaceId, entryId });
  expect((await space.execute(again.id)).items.filter((item) => item.action === "recycle")).toHaveLength(2);
});

test("R-06 R-08 an image that could not make room stays where it is, with its tag, once the restore has failed", async () => {
  const { now, third, entryId } = await conflict();
  const run = await start(entryId, { onTagConflict: "take_back" });
  let isOver = false;
  const { items } = await space.execute(run.id, {
    // Once: whoever went on with it later would move it for nothing.
    beforeStep: ({ action, step }) => {
      if (action !== "recycle" || step !== "verify" || isOver) return;
      isOver = true;
      throw new Error("no space left on the registry");
    },
  });
  expect(items.map(({ action, state }) => `${action} ${state}`).sort()).toEqual([
    ...["recycle failed", "recycle skipped_stale", "restore failed"],
  ]);
  expect((await space.pull("v1")).digest).toBe(now.digest);
  expect((await space.pull("stable")).digest).toBe(third.digest);
  expect(await space.entries()).toMatchObject([{ id: entryId, state: "held" }]);
  expect(space.broken()).toEqual({});
});
