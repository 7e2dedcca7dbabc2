import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { RuleDefinition } from "@/domain/rules/rule";
import { cancelRun } from "@/server/history/cancel-run";
import { confirmRun } from "@/server/history/confirm-run";
import { listRunItems } from "@/server/history/list-run-items";
import type { Actor } from "@/server/platform/auth/actor";
import { prisma } from "@/server/platform/db/prisma";
import { previewReclaim } from "@/server/reclaim/preview-reclaim";
import { startRecycle } from "@/server/reclaim/start-recycle";
import { listRules } from "@/server/rules/list-rules";
import { BinSpace, type BinWorld, startBinWorld } from "@/testing/bin-world";
import { createTestUser } from "@/testing/signed-in";
import { createPlatformRule } from "./create-platform-rule";
import { deletePlatformRule } from "./delete-platform-rule";
import { fireLifecycle } from "./fire-lifecycle";
import { getPlatformRules } from "./get-platform-rules";
import { previewSpaceLifecycle } from "./preview-space-lifecycle";
import { runLifecycle } from "./run-lifecycle";
import { setLifecycle } from "./set-lifecycle";
import { setSpaceLifecycle } from "./set-space-lifecycle";
import { tryLifecycle } from "./try-lifecycle";
import { updatePlatformRule } from "./update-platform-rule";

let world: BinWorld;
let space: BinSpace;
let admin: Actor;
const DAY_MS = 86_400_000;

beforeAll(async () => {
  world = await startBinWorld();
  const { id: userId, name } = await createTestUser("Pia", { isPlatformAdmin: true });
  admin = {
    kind: "user",
    userId,
    name,
    email: "pia@x.example",
    isPlatformAdmin: true,
    sessionId: "ses_x",
    token: null,
  };
});
afterAll(() => world.stop());
beforeEach(async () => {
  await prisma().platformRule.deleteMany({});
  space = await BinSpace.create(world);
  // What a test takes is most of its few images: the fuse for that has tests of its own.
  await prisma().space.update({ where: { id: space.spaceId }, data: { confirmSharePercent: 100 } });
});

/** Pushes an image a tag, the first the oldest: v0 120 days ago, v1 110, … */
async function pushAged(count: number): Promise<void> {
  for (let at = 0; at < count; at++) await space.push(await space.image(`m${at}`), `v${at}`);
  await space.crawl();
  await age(Object.fromEntries(Array.from({ length: count }, (_, at) => [`v${at}`, 120 - at * 10])));
}
async function age(days: Record<string, number>): Promise<void> {
  const { workspaceId } = space.tenant;
  for (const [name, ago] of Object.entries(days)) {
    await prisma().tag.updateMany({
      where: { workspaceId, name },
      data: { pushedAt: new Date(Date.now() - ago * DAY_MS) },
    });
  }
}
const keep = (keepLatestTags: number | null, keepDays: number | null = null) => ({ keepLatestTags, keepDays });
const enable = (keepLatestTags: number | null, keepDays: number | null = null) =>
  setLifecycle(space.scope, { revision: 0, isEnabled: true, ...keep(keepLatestTags, keepDays) });
async function runPolicies(): Promise<string> {
  const { outcomes } = await runLifecycle(space.scope);
  const runId = outcomes[0]?.runId;
  if (!runId) throw new Error("nothing was started");
  return runId;
}
const protect = (...tags: string[]): RuleDefinition => ({
  effect: "protect",
  select: {
    repositories: { include: [], exclude: [] },
    tags: { include: tags.map((value) => ({ kind: "glob" as const, value })), exclude: [] },
    ...{ state: "tagged", kinds: "any" },
  },
  ...{ when: [], schedule: { kind: "manual" }, limits: {}, allowLastArtifact: false },
});

test("T-08 T-10 a preview and a run of a policy take the same tags, and what goes waits in the recycle bin", async () => {
  await pushAged(4);
  await enable(1, 105);
  const [preview] = (await tryLifecycle(space.scope, keep(1, 105))).outcomes;
  const seen = await space.execute(preview?.runId ?? "");
  expect(seen.run).toMatchObject({ isDryRun: true, status: "succeeded", totals: { itemsTotal: 2, itemsKept: 2 } });
  expect(seen.items.map((item) => item.tags)).toEqual([["v0"], ["v1"]]);
  for (const item of seen.items) expect(item.reasonText).toContain("lifecycle policy of the workspace");
  expect(await space.tags()).toHaveLength(4);
  const { run, items } = await space.execute(await runPolicies());
  expect(run).toMatchObject({ isDryRun: false, status: "succeeded" });
  expect(items.map(({ tags, state }) => [tags, state])).toEqual([
    [["v0"], "done"],
    [["v1"], "done"],
  ]);
  expect(await space.tags()).toEqual(["v2", "v3"]);
  expect((await space.entries()).map((entry) => entry.tags).sort()).toEqual([["v0"], ["v1"]]);
});

test("T-07 R-08 a policy leaves alone what was restored, also switched off and on, until it reserves something else", async () => {
  await pushAged(3);
  await enable(2);
  await space.execute(await runPolicies());
  const [entry] = await space.entries();
  await space.restore([entry?.id ?? ""]);
  await setLifecycle(space.scope, { revision: 1, isEnabled: false, ...keep(2) });
  await setLifecycle(space.scope, { revision: 2, isEnabled: true, ...keep(2) });
  expect((await space.execute(await runPolicies())).run.totals).toMatchObject({ itemsTotal: 0 });
  // It reserves more days now, and still not that one.
  await setLifecycle(space.scope, { revision: 3, isEnabled: true, ...keep(2, 5) });
  await age({ v0: 120, v1: 110, v2: 100 });
  expect((await space.execute(await runPolicies())).items).toMatchObject([{ state: "done", tags: ["v0"] }]);
});

/** Has the quota start the run, and executes it. */
async function fire() {
  await prisma().lifecycleFiring.deleteMany({ where: { workspaceId: space.tenant.workspaceId } });
  const setQuota = (tagQuota: number) =>
    prisma().workspace.update({ where: { id: space.tenant.workspaceId }, data: { tagQuota } });
  await setQuota(1);
  await fireLifecycle(new Date());
  await setQuota(5_000);
  const run = await prisma().run.findFirstOrThrow({
    where: { spaceId: space.spaceId, trigger: "quota", status: "queued" },
  });
  return space.execute(run.id);
}

test("T-05 N-10 what the quota starts for the first time waits, nobody having previewed it, and not once it was confirmed", async () => {
  await pushAged(4);
  await enable(2);
  const { run } = await fire();
  expect(run).toMatchObject({
    ...{ trigger: "quota", status: "awaiting_confirmation", totals: { itemsDone: 0 } },
    confirmation: { reason: "first_run", images: 2, imagesTotal: 4, tags: 2, tagsTotal: 4 },
  });
  expect(await space.tags()).toHaveLength(4);
  await confirmRun(space.scope, { runId: run.id });
  expect((await space.execute(run.id)).run).toMatchObject({ status: "succeeded", totals: { itemsDone: 2 } });
  await space.push(await space.image("later"), "later");
  await space.crawl();
  expect((await fire()).run).toMatchObject({ status: "succeeded", totals: { itemsDone: 1 } });
});

test("T-05 N-10 what was previewed within the hour before it was saved does not wait; other numbers, and off and on later, do", async () => {
  await pushAged(4);
  const [preview] = (await tryLifecycle(space.scope, keep(3))).outcomes;
  const previewId = preview?.runId ?? "";
  await space.execute(previewId);
  await enable(3);
  expect((await fire()).run).toMatchObject({ status: "succeeded", totals: { itemsDone: 1 } });
  await setLifecycle(space.scope, { revision: 1, isEnabled: true, ...keep(2) });
  const other = await fire();
  expect(other.run).toMatchObject({ status: "awaiting_confirmation", confirmation: { reason: "first_run" } });
  await cancelRun(space.scope, { runId: other.run.id });
  // The preview of 3 was two hours ago by now: on again, those ask too.
  await setLifecycle(space.scope, { revision: 2, isEnabled: false, ...keep(3) });
  await setLifecycle(space.scope, { revision: 3, isEnabled: true, ...keep(3) });
  await prisma().run.update({ where: { id: previewId }, data: { finishedAt: new Date(Date.now() - 2 * 3_600_000) } });
  await space.push(await space.image("later"), "later");
  await space.crawl();
  expect((await fire()).run).toMatchObject({ status: "awaiting_confirmation", confirmation: { reason: "first_run" } });
});

test("T-14 an image with one tag within and one beyond loses the one and stays", async () => {
  const image = await space.push(await space.image("both"), "stale", "fresh");
  await space.crawl();
  await age({ stale: 90, fresh: 1 });
  await enable(1);
  const { items } = await space.execute(await runPolicies());
  expect(items).toMatchObject([{ action: "untag", state: "done", selectedTags: ["stale"] }]);
  expect(await space.tags()).toEqual(["fresh"]);
  expect((await space.pull("fresh")).digest).toBe(image.digest);
});

test("T-04 in a run a repository's own policy decides, and the workspace's does not", async () => {
  await pushAged(4);
  await enable(1);
  const { spaceId, repository } = space;
  await setSpaceLifecycle(space.scope, { spaceId, repository, revision: 0, ...keep(3) });
  const { items } = await space.execute(await runPolicies());
  expect(items.map((item) => item.tags)).toEqual([["v0"]]);
  expect(items[0]?.reasonText).toContain(`clearing policy of ${repository}`);
});

test("T-04 a policy of its own that a repository is given after the plan saves what the workspace's had selected", async () => {
  await pushAged(3);
  await enable(1);
  const runId = await runPolicies();
  const { spaceId, repository } = space;
  let isGiven: Promise<unknown> | undefined;
  const { run, items } = await space.execute(runId, {
    beforeStep: () => {
      isGiven ??= setSpaceLifecycle(space.scope, { spaceId, repository, revision: 0, ...keep(3) });
      return isGiven.then(() => undefined);
    },
  });
  expect(run.status).toBe("succeeded");
  expect(items.map(({ state }) => state)).toEqual(["skipped_stale", "skipped_stale"]);
  expect(await space.tags()).toHaveLength(3);
});

test("T-07 a policy that is switched off, or reserves more, while its run is under way takes nothing more", async () => {
  await pushAged(3);
  await enable(1);
  const runId = await runPolicies();
  let isOff: Promise<unknown> | undefined;
  const { items } = await space.execute(runId, {
    beforeStep: () => {
      isOff ??= setLifecycle(space.scope, { revision: 1, isEnabled: false, ...keep(1) });
      return isOff.then(() => undefined);
    },
  });
  expect(items.map(({ state }) => state)).toEqual(["skipped_stale", "skipped_stale"]);
  expect(await space.tags()).toHaveLength(3);
});

test("T-12 T-13 a repository's own policy is tried before it is set: its repository alone", async () => {
  await pushAged(3);
  const { spaceId, repository } = space;
  const preview = await previewSpaceLifecycle(space.scope, { spaceId, repository, ...keep(2) });
  const { run, items } = await space.execute(preview.id);
  expect(run).toMatchObject({ isDryRun: true, status: "succeeded" });
  expect(items.map((item) => item.tags)).toEqual([["v0"]]);
});

test("N-17 what the platform protects is kept in every plan: rules, drafts and policies; disabling it lets go", async () => {
  await pushAged(3);
  const guard = await createPlatformRule(admin, { name: "v0 stays", definition: protect("v0"), isEnabled: true });
  const ruleId = await space.rule(["*"]);
  const preview = await previewReclaim(space.scope, { spaceId: space.spaceId, ruleIds: [ruleId] });
  expect((await space.execute(preview.id)).items.map((item) => item.tags)).toEqual([["v1"], ["v2"]]);
  const { items: kept } = await listRunItems(space.scope, { runId: preview.id, action: "keep", limit: 10 });
  expect(kept[0]?.reasonText).toContain("v0 stays");
  await enable(1);
  const { outcomes } = await tryLifecycle(space.scope, keep(1));
  expect((await space.execute(outcomes[0]?.runId ?? "")).items.map((item) => item.tags)).toEqual([["v1"]]);
  expect((await space.execute(await space.start(ruleId))).items.map((item) => item.tags)).toEqual([["v1"], ["v2"]]);
  expect(await space.tags()).toEqual(["v0"]);
  await updatePlatformRule(admin, { platformRuleId: guard.id, revision: 1, isEnabled: false });
  const after = await previewReclaim(space.scope, { spaceId: space.spaceId, ruleIds: [ruleId] });
  expect((await space.execute(after.id)).items.map((item) => item.tags)).toEqual([["v0"]]);
});

test("N-17 a protect rule that the platform sets while a run is under way stops what is left of it", async () => {
  await pushAged(2);
  const runId = await space.start(await space.rule(["*"]));
  let isSet: Promise<unknown> | undefined;
  const { items } = await space.execute(runId, {
    beforeStep: () => {
      isSet ??= createPlatformRule(admin, { name: "all", definition: protect("*"), isEnabled: true });
      return isSet.then(() => undefined);
    },
  });
  expect(items.map(({ state, error }) => [state, error])).toEqual([
    ["skipped_stale", expect.stringContaining("protect rules")],
    ["skipped_stale", expect.stringContaining("protect rules")],
  ]);
  expect(await space.tags()).toHaveLength(2);
});

test("N-17 nobody below the platform sets, changes or deletes its rules; each space shows them; choices by hand are exempt", async () => {
  await pushAged(2);
  const rule = await createPlatformRule(admin, { name: "all stay", definition: protect("*"), isEnabled: true });
  const { actor } = space.scope;
  const forbidden = { code: "forbidden" };
  await expect(
    createPlatformRule(actor, { name: "x", definition: protect("x"), isEnabled: true }),
  ).rejects.toMatchObject(forbidden);
  await expect(
    updatePlatformRule(actor, { platformRuleId: rule.id, revision: 1, isEnabled: false }),
  ).rejects.toMatchObject(forbidden);
  await expect(deletePlatformRule(actor, { platformRuleId: rule.id })).rejects.toMatchObject(forbidden);
  expect(await getPlatformRules(actor)).toMatchObject({ canChange: false, items: [{ name: "all stay" }] });
  const { platformRules } = await listRules(space.scope, { spaceId: space.spaceId });
  expect(platformRules).toMatchObject([{ id: rule.id, sentence: expect.stringMatching(/^Protect/), isEnabled: true }]);
  const [first] = await prisma().image.findMany({ where: { spaceId: space.spaceId }, orderBy: { digest: "asc" } });
  if (!first) throw new Error("there is no image");
  const images = [{ repositoryName: first.repositoryName, digest: first.digest }];
  const run = await startRecycle(space.scope, {
    ...{ spaceId: space.spaceId, selection: { images }, reason: "chosen by hand" },
  });
  expect((await space.execute(run.id)).items).toMatchObject([{ state: "done" }]);
  await updatePlatformRule(admin, { platformRuleId: rule.id, revision: 1, isEnabled: false });
  expect((await listRules(space.scope, { spaceId: space.spaceId })).platformRules).toEqual([]);
});

test("N-17 a rule of the platform only protects, there are 15 at most, and an edit of an older revision is refused", async () => {
  const reclaiming = { ...protect("x"), effect: "reclaim" as const };
  await expect(createPlatformRule(admin, { name: "x", definition: reclaiming, isEnabled: true })).rejects.toMatchObject(
    {
      code: "unprocessable",
    },
  );
  const bare = { id: "rule_x", slot: 1, name: "x", definition: reclaiming, updatedByName: "x" };
  await expect(prisma().platformRule.create({ data: bare })).rejects.toThrow(/effect_check/);
  const create = (name: string) => createPlatformRule(admin, { name, definition: protect(name), isEnabled: false });
  const results = await Promise.allSettled(Array.from({ length: 18 }, (_, at) => create(`rule ${at}`)));
  expect(results.filter(({ status }) => status === "fulfilled").length).toBeLessThanOrEqual(15);
  for (let at = 18; (await prisma().platformRule.count()) < 15; at++) await create(`rule ${at}`);
  await expect(create("one more")).rejects.toMatchObject({ code: "unprocessable" });
  const [one] = (await getPlatformRules(admin)).items;
  if (!one) throw new Error("there is none");
  await updatePlatformRule(admin, { platformRuleId: one.id, revision: 1, name: "renamed" });
  await expect(
    updatePlatformRule(admin, { platformRuleId: one.id, revision: 1, name: "renamed again" }),
  ).rejects.toMatchObject({ code: "conflict" });
});
