import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createPins } from "@/server/images/create-pins";
import { getImage } from "@/server/images/get-image";
import { prisma } from "@/server/platform/db/prisma";
import { getRule } from "@/server/rules/get-rule";
import { updateRule } from "@/server/rules/update-rule";
import { BinSpace, type BinWorld, startBinWorld } from "@/testing/bin-world";
import { checkRestore } from "./check-restore";
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

/** An image of tag v1 in the bin, and another one that was pushed to the tag since. */
async function conflict(...otherTags: string[]) {
  const old = await space.push(await space.index("old"), "v1", "stable");
  await space.push(await space.image("beside"), "beside");
  await space.crawl();
  await space.recycle("v1", "stable");
  const now = await space.push(await space.image("now"), "v1", ...otherTags);
  await space.crawl();
  const [entry] = await space.entries();
  return { old, now, entryId: entry?.id ?? "" };
}

const check = (entryIds: string[], targetRepository?: string) =>
  checkRestore(space.scope, { spaceId: space.spaceId, entryIds, targetRepository });

describe("N-03 a tag that names another image by now", () => {
  test("is shown before, with what may be done", async () => {
    const { old, now, entryId } = await conflict();
    const { conflicts, ...rest } = await check([entryId]);
    expect(conflicts).toEqual([
      {
        ...{ entryId, repositoryName: space.repository, tag: "v1", kind: "tag_moved", isLastTag: true },
        ...{ recordedDigest: old.digest, currentDigest: now.digest },
        restoreAs: expect.stringMatching(/^v1-restored-\d{8}$/),
        choices: ["keep_current", "take_back", "restore_as"],
      },
    ]);
    expect(rest).toMatchObject({
      ...{
        entryCount: 1,
        tagCount: 2,
        isFromInventory: false,
        newRepositories: [],
        alreadyThereIds: [],
        damagedIds: [],
      },
      tagQuota: { added: 1, isExceeded: false },
      exemptedRules: [{ revision: 1 }],
    });
  });

  test("taken back from an image without another tag: that goes to the bin whole first, with its reason and the run", async () => {
    const { old, now, entryId } = await conflict();
    const { run, items } = await space.restore([entryId], "take_back");
    expect(run).toMatchObject({ status: "succeeded", totals: { itemsTotal: 1, itemsDone: 1 } });
    expect(items.map(({ action, state, error }) => ({ action, state, error }))).toEqual([
      { action: "restore", state: "done", error: expect.stringContaining("v1 was taken back; sha256:") },
      { action: "recycle", state: "done", error: null },
    ]);
    expect((await space.pull("v1")).digest).toBe(old.digest);
    expect((await space.pull("stable")).digest).toBe(old.digest);
    const [entry, ...others] = await space.entries();
    expect(others).toEqual([]);
    expect(entry).toMatchObject({ digest: now.digest, tags: ["v1"], runId: run.id, ruleId: null, state: "held" });
    expect(entry?.reasonText).toContain("gave v1 back to the restored");
    // And it comes back from there as any other.
    await space.restore([entry?.id ?? ""], "restore_as");
    expect((await space.tags()).filter((tag) => tag.startsWith("v1-restored-"))).toHaveLength(1);
    expect(space.broken()).toEqual({});
  });

  test("taken back from an image with other tags: that stays with those, and its history says so", async () => {
    const { old, now, entryId } = await conflict("latest");
    expect((await check([entryId])).conflicts[0]).toMatchObject({ isLastTag: false });
    const { run, items } = await space.restore([entryId], "take_back");
    expect(items).toHaveLength(1);
    expect(items[0]?.error).toContain("which stays in the repository");
    expect((await space.pull("v1")).digest).toBe(old.digest);
    expect((await space.pull("latest")).digest).toBe(now.digest);
    expect(await space.entries()).toEqual([]);
    const event = await prisma().imageEvent.findFirstOrThrow({
      where: { spaceId: space.spaceId, digest: now.digest, kind: "overwritten" },
    });
    expect(event).toMatchObject({ tag: "v1", otherDigest: old.digest, runId: run.id, source: "run" });
    expect((await space.inventory()).tags.filter((tag) => tag.endsWith(now.digest))).toEqual([`latest=${now.digest}`]);
  });

  test("stays on an image that is pinned, whatever was asked", async () => {
    const { now, entryId } = await conflict();
    await createPins(space.scope, {
      ...{ spaceId: space.spaceId, images: [{ repositoryName: space.repository, digest: now.digest }] },
      ...{ reason: "in production", days: 3 },
    });
    expect((await check([entryId])).conflicts[0]).toMatchObject({
      ...{ kind: "tag_pinned", choices: ["keep_current", "restore_as"] },
    });
    const { items } = await space.restore([entryId], "take_back");
    expect(items).toHaveLength(1);
    expect(items[0]?.error).toMatch(/v1 stays on the image that has it \(kept: pinned/);
    expect((await space.pull("v1")).digest).toBe(now.digest);
    expect((await space.pull("stable")).digest).not.toBe(now.digest);
  });

  test("is decided tag by tag, with one choice for the rest", async () => {
    const { old, now, entryId } = await conflict();
    await space.push(await space.image("third"), "stable");
    await space.crawl();
    const run = await startRestore(space.scope, {
      ...{ spaceId: space.spaceId, entryIds: [entryId], onTagConflict: "keep_current" },
      decisions: [{ entryId, tag: "stable", choice: "take_back" }],
    });
    const { items } = await space.execute(run.id);
    expect(items[0]?.error).toContain("v1 stays on the image that was pushed to it since");
    expect(items[0]?.error).toContain("stable was taken back");
    expect((await space.pull("v1")).digest).toBe(now.digest);
    expect((await space.pull("stable")).digest).toBe(old.digest);
    expect((await space.entries()).map((entry) => entry.tags)).toEqual([["stable"]]);
  });
});

test("N-03 of two entries with one tag the later one gets it, whichever comes first", async () => {
  const first = await space.push(await space.image("first"), "v1");
  await space.crawl();
  await space.recycle("v1");
  const second = await space.push(await space.image("second"), "v1");
  await space.crawl();
  await space.recycle("v1");
  const entries = await space.entries();
  const { conflicts } = await check(entries.map((entry) => entry.id));
  expect(conflicts).toMatchObject([
    { kind: "tag_wanted_twice", recordedDigest: first.digest, currentDigest: second.digest },
  ]);
  const { run, items } = await space.restore(
    entries.map((entry) => entry.id),
    "restore_as",
  );
  expect(run.status).toBe("succeeded");
  expect((await space.pull("v1")).digest).toBe(second.digest);
  const renamed = (await space.tags()).find((tag) => tag.startsWith("v1-restored-")) ?? "";
  expect((await space.pull(renamed)).digest).toBe(first.digest);
  expect(items.filter((item) => item.error !== null)).toHaveLength(1);
});

test("N-02 N-03 an entry comes back into another repository of the space, whole, and a new one is made for it", async () => {
  const index = await space.push(await space.index("multi"), "v1", "v2");
  const signature = await space.sign(index);
  await space.crawl();
  await space.recycle("v1", "v2");
  const [entry] = await space.entries();
  const elsewhere = `${space.repository.split("/")[0]}/back/again`;
  const found = await check([entry?.id ?? ""], elsewhere);
  expect(found).toMatchObject({ conflicts: [], newRepositories: [{ repositoryName: elsewhere, entryCount: 1 }] });
  const run = await startRestore(space.scope, {
    ...{ spaceId: space.spaceId, entryIds: [entry?.id ?? ""], onTagConflict: "keep_current" },
    targetRepository: elsewhere,
  });
  expect((await space.execute(run.id)).run.status).toBe("succeeded");
  for (const tag of ["v1", "v2"]) expect((await space.pull(tag, elsewhere)).digest).toBe(index.digest);
  expect(await space.status(signature.digest, elsewhere)).toBe(200);
  expect(await space.status(index.digest)).toBe(404);
  expect(await space.status(index.digest, space.binRepository)).toBe(404);
  const known = await prisma().repository.findFirstOrThrow({ where: { name: elsewhere } });
  expect(known).toMatchObject({ tagCount: 3, spaceId: space.spaceId });
  expect(space.broken()).toEqual({});
  await expect(check([entry?.id ?? ""], "else/where")).rejects.toMatchObject({ code: "unprocessable" });
});

test("N-03 what was restored is exempt from the rule that took it, until that rule is changed", async () => {
  const image = await space.push(await space.image("one"), "v1");
  await space.push(await space.image("beside"), "beside");
  await space.crawl();
  const ruleId = await space.rule(["v1"]);
  await space.execute(await space.start(ruleId));
  const [entry] = await space.entries();
  await space.restore([entry?.id ?? ""]);
  const again = await space.execute(await space.start(ruleId));
  expect(again.run.totals).toMatchObject({ itemsTotal: 0 });
  const kept = await prisma().runItem.findFirstOrThrow({ where: { runId: again.run.id, digest: image.digest } });
  expect(kept.reason).toMatchObject({ code: "exempt" });
  // Its page says so, until then.
  const page = { spaceId: space.spaceId, repository: space.repository, digest: image.digest };
  expect((await getImage(space.scope, page)).exemptFrom).toMatchObject([{ ruleId, revision: 1 }]);
  // Another name, or off and on again, is no change of what it says.
  const { spaceId } = space;
  await updateRule(space.scope, { spaceId, ruleId, revision: 1, name: "renamed" });
  await updateRule(space.scope, { spaceId, ruleId, revision: 2, isEnabled: false });
  await updateRule(space.scope, { spaceId, ruleId, revision: 3, isEnabled: true });
  expect((await getImage(space.scope, page)).exemptFrom).toMatchObject([{ ruleId, revision: 4 }]);
  const renamed = await space.execute(await space.start(ruleId));
  expect(renamed.run.totals).toMatchObject({ itemsTotal: 0 });
  const { definition } = await getRule(space.scope, { spaceId, ruleId });
  await updateRule(space.scope, {
    spaceId,
    ruleId,
    revision: 4,
    definition: { ...definition, limits: { maxItems: 5 } },
  });
  expect((await getImage(space.scope, page)).exemptFrom).toEqual([]);
  const changed = await space.execute(await space.start(ruleId));
  expect(changed.run.totals).toMatchObject({ itemsDone: 1 });
});

test("N-03 an older entry that comes back later does not end the exemption from the rule as it stands", async () => {
  const image = await space.image("one");
  await space.push(await space.image("beside"), "beside");
  const ruleId = await space.rule(["v*"]);
  for (const [at, tag] of ["v1", "v2"].entries()) {
    await space.push(image, tag);
    await space.crawl();
    if (at > 0) await updateRule(space.scope, { spaceId: space.spaceId, ruleId, revision: at, name: "renamed" });
    await space.execute(await space.start(ruleId));
  }
  const [younger, older] = await space.entries();
  expect([younger?.ruleRevision, older?.ruleRevision]).toEqual([2, 1]);
  await space.restore([younger?.id ?? ""]);
  await space.restore([older?.id ?? ""]);
  const again = await space.execute(await space.start(ruleId));
  expect(again.run.totals).toMatchObject({ itemsTotal: 0 });
  const [exemption, ...others] = await prisma().ruleExemption.findMany({ where: { spaceId: space.spaceId } });
  expect(others).toEqual([]);
  expect(exemption).toMatchObject({ digest: image.digest, ruleRevision: 2 });
});

test("R-08 K-05 all of a run, or of a filter but for some, comes back with one request", async () => {
  for (let i = 0; i < 4; i++) await space.push(await space.image(`m${i}`), `v${i}`);
  await space.crawl();
  const { run } = await space.recycle("*");
  const entries = await space.entries();
  const restore = await startRestore(space.scope, {
    ...{ spaceId: space.spaceId, filter: { state: "any", runId: run.id }, exceptIds: [entries[0]?.id ?? ""] },
    onTagConflict: "keep_current",
  });
  expect((await space.execute(restore.id)).run.totals).toMatchObject({ itemsDone: 3 });
  expect((await space.entries()).map((entry) => entry.id)).toEqual([entries[0]?.id]);
});
