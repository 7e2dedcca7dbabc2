import { afterAll, beforeAll, expect, test } from "vitest";
import { prisma } from "@/server/platform/db/prisma";
import { BinSpace, type BinWorld, startBinWorld } from "@/testing/bin-world";
import { startPurge } from "./start-purge";

let world: BinWorld;

beforeAll(async () => {
  world = await startBinWorld();
});
afterAll(() => world.stop());

async function historyOf(space: BinSpace) {
  const rows = await prisma().imageEvent.findMany({
    where: { spaceId: space.spaceId, source: "run" },
    orderBy: { id: "asc" },
  });
  return rows.map(({ kind, tag, digest, ruleName, ruleRevision, actorName, runId }) => ({
    ...{ kind, tag, digest, ruleName, ruleRevision, actorName, runId },
  }));
}

test("N-11 D-06 every move is in the history of what it moved, with run, rule and revision, and outlives it", async () => {
  const space = await BinSpace.create(world);
  const image = await space.push(await space.image("one"), "v1", "stable");
  const other = await space.push(await space.image("two"), "keep-1", "drop-1");
  await space.crawl();
  const ruleId = await space.rule(["v1", "stable", "drop-1"]);
  const rule = await prisma().reclaimRule.findUniqueOrThrow({ where: { id: ruleId } });
  const { run } = await space.execute(await space.start(ruleId));
  const [entry] = await space.entries();
  const byRule = { ruleName: rule.name, ruleRevision: 1, actorName: "a test", runId: run.id };
  expect((await historyOf(space)).toSorted((a, b) => (a.tag ?? "").localeCompare(b.tag ?? ""))).toEqual([
    { kind: "untagged", tag: "drop-1", digest: other.digest, ...byRule },
    { kind: "recycled", tag: "stable", digest: image.digest, ...byRule },
    { kind: "recycled", tag: "v1", digest: image.digest, ...byRule },
  ]);

  await space.restore([entry?.id ?? ""]);
  const restored = (await historyOf(space)).slice(3);
  expect(restored.map(({ kind, tag, ruleName }) => [kind, tag, ruleName]).sort()).toEqual([
    ["restored", "stable", null],
    ["restored", "v1", null],
  ]);

  // The rule that took it leaves alone what was restored.
  await space.execute(await space.start(await space.rule(["v1", "stable"])));
  const [again] = await space.entries();
  const { name: typedName } = await prisma().space.findUniqueOrThrow({ where: { id: space.spaceId } });
  const purge = await startPurge(space.scope, { spaceId: space.spaceId, entryIds: [again?.id ?? ""], typedName });
  await space.execute(purge.id);
  await prisma().reclaimRule.delete({ where: { id: ruleId } });
  const all = await historyOf(space);
  expect(all.slice(-2).map(({ kind, tag, runId }) => [kind, tag, runId])).toEqual([
    ["purged", "stable", purge.id],
    ["purged", "v1", purge.id],
  ]);
  expect(all.filter(({ kind }) => kind === "recycled")).toMatchObject([byRule, byRule, {}, {}]);
});

test("N-11 an image without a tag has its history too", async () => {
  const space = await BinSpace.create(world);
  const image = await space.push(await space.image("bare"));
  await space.push(await space.image("kept"), "kept");
  await space.crawl();
  await space.execute(await space.start(await space.rule("untagged")));
  expect(await historyOf(space)).toMatchObject([{ kind: "recycled", tag: null, digest: image.digest }]);
});
