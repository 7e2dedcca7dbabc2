import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { cancelRun } from "@/server/history/cancel-run";
import { executeRun } from "@/server/history/execute-run";
import { listRunItems } from "@/server/history/list-run-items";
import { prisma } from "@/server/platform/db/prisma";
import { withRegistryLock } from "@/server/platform/db/registry-lock";
import { listBlobsHeldElsewhere } from "@/server/reclaim/reclaim.store";
import { getRule } from "@/server/rules/get-rule";
import { updateRule } from "@/server/rules/update-rule";
import { BinSpace, type BinWorld, executorsWith, startBinWorld } from "@/testing/bin-world";
import { previewReclaim } from "./preview-reclaim";
import { startReclaim } from "./start-reclaim";

let world: BinWorld;
let space: BinSpace;

beforeAll(async () => {
  world = await startBinWorld();
});
afterAll(() => world.stop());
beforeEach(async () => {
  space = await BinSpace.create(world);
});

const pushMany = async (count: number) => {
  const images = [];
  for (let i = 0; i < count; i++) images.push(await space.push(await space.image(`m${i}`), `v${i}`));
  await space.crawl();
  return images;
};
const itemsOf = async (runId: string) => (await listRunItems(space.scope, { runId, limit: 100 })).items;

test("a preview writes every verdict with its reason and moves nothing", async () => {
  await pushMany(3);
  const ruleId = await space.rule(["v0", "v1"]);
  const preview = await previewReclaim(space.scope, { spaceId: space.spaceId, ruleIds: [ruleId] });
  expect(preview).toMatchObject({ isDryRun: true, status: "queued", options: { ruleIds: [ruleId] } });
  const { run, items } = await space.execute(preview.id);
  expect(run).toMatchObject({ status: "succeeded", totals: { itemsTotal: 2, itemsKept: 1, tagsTotal: 2 } });
  expect(run.totals.logicalBytes).toBeGreaterThan(run.totals.uniqueBytes ?? 0);
  expect(run.totals.uniqueBytes).toBeGreaterThan(0);
  expect(items).toMatchObject([
    { action: "recycle", state: "planned" },
    { action: "recycle", state: "planned" },
  ]);
  for (const item of items) expect(item.reasonText).toMatch(/^reclaimed by rule/);
  const kept = (await itemsOf(run.id)).filter((item) => item.action === "keep");
  expect(kept).toMatchObject([{ state: "kept", tags: ["v2"], reasonCode: "no_rule" }]);
  expect(await space.tags()).toEqual(["v0", "v1", "v2"]);
});

test("a draft is previewed without being saved; protect rules of the space count in every plan", async () => {
  await pushMany(2);
  const protect = await space.rule(["v1"], { effect: "protect" });
  const saved = await space.rule(["*"]);
  const { definition, name } = await prisma().reclaimRule.findUniqueOrThrow({ where: { id: saved } });
  const draft = { name, definition: definition as never };
  const preview = await previewReclaim(space.scope, { spaceId: space.spaceId, draft });
  const { items } = await space.execute(preview.id);
  expect(items).toMatchObject([{ tags: ["v0"] }]);
  // Shown alone, a protect rule would keep everything: it is shown against the rules that reclaim.
  const protecting = await previewReclaim(space.scope, { spaceId: space.spaceId, ruleIds: [protect] });
  expect((await space.execute(protecting.id)).items).toMatchObject([{ tags: ["v0"] }]);
});

test("a draft of a saved rule is shown in its place: what it protects no longer does not count as other protection", async () => {
  await pushMany(2);
  const protect = await space.rule(["*"], { effect: "protect" });
  await space.rule(["*"]);
  const { definition, name } = await prisma().reclaimRule.findUniqueOrThrow({ where: { id: protect } });
  const narrowed = structuredClone(definition) as { select: { tags: { include: { value: string }[] } } };
  for (const pattern of narrowed.select.tags.include) pattern.value = "v1";
  const draft = { name, definition: narrowed as never };
  const preview = await previewReclaim(space.scope, { spaceId: space.spaceId, draft, ruleId: protect });
  expect((await space.execute(preview.id)).items).toMatchObject([{ tags: ["v0"] }]);
  await expect(previewReclaim(space.scope, { spaceId: space.spaceId, draft, ruleId: "rule_0" })).rejects.toMatchObject({
    code: "not_found",
  });
});

test("only enabled reclaim rules of this space are run", async () => {
  const protect = await space.rule(["v1"], { effect: "protect" });
  const disabled = await space.rule(["v1"]);
  const { spaceId } = space;
  await updateRule(space.scope, { spaceId, ruleId: disabled, revision: 1, isEnabled: false });
  const stranger = await (await BinSpace.create(world)).rule(["v1"]);
  const start = (ruleId: string) => startReclaim(space.scope, { spaceId, ruleIds: [ruleId] });
  await expect(start(protect)).rejects.toMatchObject({ code: "unprocessable" });
  await expect(start(disabled)).rejects.toMatchObject({ code: "unprocessable" });
  await expect(start(stranger)).rejects.toMatchObject({ code: "not_found" });
  await expect(start("rule_0")).rejects.toMatchObject({ code: "not_found" });
});

test("limits leave the rest for another run and say so", async () => {
  await pushMany(4);
  const ruleId = await space.rule(["*"], { limits: { maxItems: 2 } });
  const { run, items } = await space.execute(await space.start(ruleId));
  expect(run).toMatchObject({ status: "partial_limit", totals: { itemsTotal: 4, itemsDone: 2 } });
  expect(items.map((item) => item.state)).toEqual(["done", "done", "left_out", "left_out"]);
  expect(items[2]?.error).toContain("limit");
  expect(await space.tags()).toHaveLength(2);
});

test("what changed since the plan is skipped, and everything of its copy is taken back", async () => {
  const images = await pushMany(4);
  const [gone, moved, retagged] = images;
  if (!gone || !moved || !retagged) throw new Error("too few images");
  const runId = await space.start(await space.rule(["v0", "v1", "v2", "v3"]));
  const replaced = await space.image("replaced");
  const change = async () => {
    const url = `${world.registry.url}/v2/${space.repository}/manifests/${gone.digest}`;
    await fetch(url, { method: "DELETE" });
    await space.push(replaced, "v1");
    await space.push(retagged, "promoted");
  };
  // After all were planned and copied, before any is removed.
  let changed: Promise<void> | undefined;
  const { run, items } = await space.execute(runId, {
    beforeStep: ({ step }) => {
      if (step !== "remove") return;
      changed ??= change();
      return changed;
    },
  });
  const byTag = new Map(items.map((item) => [item.tags[0], item]));
  expect(byTag.get("v1")).toMatchObject({ state: "skipped_stale", error: expect.stringContaining("tags changed") });
  expect(byTag.get("v2")).toMatchObject({ state: "skipped_stale", error: expect.stringContaining("+promoted") });
  expect(byTag.get("v3")).toMatchObject({ state: "done" });
  expect(run.status).toBe("succeeded");
  expect((await space.pull("v1")).digest).toBe(replaced.digest);
  expect((await space.pull("promoted")).digest).toBe(retagged.digest);
  expect(await space.status(moved.digest, space.binRepository)).toBe(404);
  expect(await space.status(retagged.digest, space.binRepository)).toBe(404);
  const entries = await prisma().binEntry.findMany({ where: { spaceId: space.spaceId } });
  for (const entry of entries) expect(entry.state).toBe("held");
  expect(entries.some((entry) => entry.digest === moved.digest || entry.digest === retagged.digest)).toBe(false);
});

test.each(["disabled", "edited", "outvoted"])("a rule that is %s stops a run that is under way", async (change) => {
  await pushMany(2);
  const ruleId = await space.rule(["*"]);
  const runId = await space.start(ruleId);
  const { spaceId } = space;
  const { definition } = await getRule(space.scope, { spaceId, ruleId });
  if (change === "outvoted") await space.rule(["v0"], { effect: "protect" });
  else {
    const edit =
      change === "disabled" ? { isEnabled: false } : { definition: { ...definition, limits: { maxItems: 9 } } };
    await updateRule(space.scope, { spaceId, ruleId, revision: 1, ...edit });
  }
  const { run, items } = await space.execute(runId);
  expect(items.map((item) => item.state)).toEqual(["skipped_stale", "skipped_stale"]);
  for (const item of items) expect(item.error).toContain("since the plan");
  expect(run).toMatchObject({ status: "succeeded", totals: { itemsSkipped: 2, itemsDone: 0 } });
  expect(await space.tags()).toEqual(["v0", "v1"]);
  expect(await prisma().binEntry.count({ where: { spaceId } })).toBe(0);
});

test("a cancel lets what was begun end and begins nothing new", async () => {
  await pushMany(20);
  const runId = await space.start(await space.rule(["*"]));
  /** Resolves when the heartbeat has told the run. */
  const cancel = async () => {
    await cancelRun(space.scope, { runId });
    const { heartbeatAt } = await prisma().run.findUniqueOrThrow({ where: { id: runId } });
    await expect
      .poll(async () => (await prisma().run.findUniqueOrThrow({ where: { id: runId } })).heartbeatAt, {
        timeout: 5_000,
      })
      .not.toEqual(heartbeatAt);
  };
  let told: Promise<void> | null = null;
  const { run, items } = await space.execute(runId, {
    beforeStep: async ({ step }) => {
      if (step !== "verify") return;
      told ??= cancel();
      await told;
    },
  });
  expect(run.status).toBe("cancelled");
  const states = new Set(items.map((item) => item.state));
  expect(states).toEqual(new Set(["done", "left_out"]));
  const done = items.filter((item) => item.state === "done").length;
  expect(run.totals).toMatchObject({ itemsDone: done, itemsTotal: 20 });
  expect(await space.tags()).toHaveLength(20 - done);
  expect(await space.entries()).toHaveLength(done);
  expect(space.broken()).toEqual({});
});

test("a run waits while the registry is being collected, and a cancel ends the waiting", async () => {
  await pushMany(1);
  const runId = await space.start(await space.rule(["*"]));
  await withRegistryLock(world.registryId, "exclusive", {}, async () => {
    const running = space.execute(runId);
    await expect.poll(async () => (await space.result(runId)).run.phase, { timeout: 20_000 }).toBe("moving");
    await cancelRun(space.scope, { runId });
    const { run, items } = await running;
    expect(run).toMatchObject({ status: "cancelled", totals: { itemsDone: 0 } });
    expect(items).toMatchObject([{ state: "left_out" }]);
  });
  expect(await space.tags()).toEqual(["v0"]);
});

test("an image whose part is lost is left where it is, and the others go", async () => {
  const [broken] = await pushMany(2);
  const layer = broken?.blobs[1];
  if (!broken || !layer) throw new Error("no layer");
  const url = `${world.registry.url}/v2/${space.repository}/blobs/${layer.digest}`;
  expect((await fetch(url, { method: "DELETE" })).status).toBe(202);
  const { run, items } = await space.recycle("*");
  const byTag = new Map(items.map((item) => [item.tags[0], item]));
  expect(byTag.get("v0")).toMatchObject({ state: "failed", error: expect.stringContaining(layer.digest) });
  expect(byTag.get("v1")).toMatchObject({ state: "done" });
  expect(run).toMatchObject({ status: "succeeded", error: { code: "items_failed" }, totals: { itemsFailed: 1 } });
  expect(await space.tags()).toEqual(["v0"]);
  const entries = await prisma().binEntry.findMany({ where: { spaceId: space.spaceId } });
  expect(entries.map((entry) => entry.state)).toEqual(["held"]);
});

test("a plan of which only a part was written is made anew", async () => {
  await pushMany(2);
  const runId = await space.start(await space.rule(["v0"]));
  await prisma().runItem.create({
    data: {
      ...{ runId, ordinal: 0, workspaceId: space.tenant.workspaceId, action: "recycle", state: "planned" },
      ...{ repositoryName: space.repository, digest: "sha256:0", kind: "image", tags: [], selectedTags: [] },
      ...{ reason: {}, members: [], sizeBytes: 0, uniqueBytes: 0 },
    },
  });
  const { items } = await space.execute(runId);
  expect(items).toMatchObject([{ tags: ["v0"], state: "done" }]);
});

test("of two workers that execute one run, one moves each image, once", async () => {
  await pushMany(3);
  const runId = await space.start(await space.rule(["*"]));
  const never = new AbortController().signal;
  await Promise.all(["one", "two"].map((worker) => executeRun(runId, worker, executorsWith(), never)));
  const { run } = await space.result(runId);
  expect(run).toMatchObject({ status: "succeeded", totals: { itemsDone: 3 } });
  const recycled = await prisma().auditEvent.count({ where: { spaceId: space.spaceId, action: "bin.recycle" } });
  expect(recycled).toBe(3);
});

test("bytes that another space or the bin holds too are not promised", async () => {
  const [image] = await pushMany(1);
  const neighbour = await BinSpace.create(world);
  const base = image?.blobs[0]?.digest ?? "";
  await neighbour.push(await neighbour.image("theirs"), "v1");
  await neighbour.crawl();
  const held = await listBlobsHeldElsewhere(world.registryId, space.spaceId);
  expect(held.has(base)).toBe(true);
  expect(held.has(image?.blobs[1]?.digest ?? "")).toBe(false);
});
