import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { cancelRun } from "@/server/history/cancel-run";
import { confirmRun } from "@/server/history/confirm-run";
import { expireConfirmations } from "@/server/history/expire-confirmations";
import { listHistory } from "@/server/history/list-history";
import { listRuns } from "@/server/history/list-runs";
import { reconcileRuns } from "@/server/history/reconcile-runs";
import { prisma } from "@/server/platform/db/prisma";
import { updateRule } from "@/server/rules/update-rule";
import { updateSpace } from "@/server/spaces/update-space";
import { BinSpace, type BinWorld, startBinWorld } from "@/testing/bin-world";
import { startProgram } from "@/testing/programs";
import { createTestTenant } from "@/testing/tenant";
import { previewReclaim } from "./preview-reclaim";
import { startRecycle } from "./start-recycle";

let world: BinWorld;
let space: BinSpace;

beforeAll(async () => {
  world = await startBinWorld();
});
afterAll(() => world.stop());
beforeEach(async () => {
  space = await BinSpace.create(world);
  await updateSpace(space.scope, { spaceId: space.spaceId, confirmSharePercent: 50 });
});

const DAY_MS = 86_400_000;

async function pushMany(count: number) {
  const images = [];
  for (let n = 0; n < count; n++) images.push(await space.push(await space.image(`image ${n}`), `v${n}`));
  await space.crawl();
  return images;
}

/** A run that takes three of four images, executed until it waits. */
async function waiting() {
  await pushMany(4);
  const ruleId = await space.rule(["v0", "v1", "v2"]);
  const runId = await space.start(ruleId);
  const { run, items } = await space.execute(runId);
  expect(run.status).toBe("awaiting_confirmation");
  return { ruleId, runId, run, items };
}

test("N-10 a run that would take more than the set share waits, with its plan, and nothing has moved", async () => {
  const { run, items } = await waiting();
  expect(run).toMatchObject({
    finishedAt: null,
    phase: "confirming",
    totals: { itemsTotal: 3, itemsKept: 1, itemsDone: 0 },
    confirmation: {
      reason: "images",
      images: 3,
      imagesTotal: 4,
      sharePercent: 75,
      limitPercent: 50,
      confirmedAt: null,
    },
  });
  expect(run.confirmation?.logicalBytes).toBe(items.reduce((sum, item) => sum + item.logicalBytes, 0));
  const { askedAt = "", expiresAt = "" } = run.confirmation ?? {};
  expect(Date.parse(expiresAt) - Date.parse(askedAt)).toBe(7 * DAY_MS);
  expect(items.map((item) => item.state)).toEqual(["planned", "planned", "planned"]);
  expect(await space.tags()).toEqual(["v0", "v1", "v2", "v3"]);
  const row = await prisma().run.findUniqueOrThrow({ where: { id: run.id } });
  expect(row.workerId).toBeNull();
  // Nobody else takes it up.
  await prisma().run.update({ where: { id: run.id }, data: { heartbeatAt: new Date(0) } });
  expect((await space.execute(run.id)).run.status).toBe("awaiting_confirmation");
  await reconcileRuns();
  const { items: listed } = await listRuns(space.scope, {
    ...{ spaceId: space.spaceId, status: "awaiting_confirmation", limit: 10 },
  });
  expect(listed.map(({ id }) => id)).toEqual([run.id]);
});

test("N-10 exactly the share does not wait, nor does a choice by hand, whatever its share", async () => {
  await pushMany(4);
  const limited = await space.start(await space.rule(["v0", "v1"], { limits: { maxItems: 1 } }));
  expect((await space.execute(limited)).run).toMatchObject({ status: "partial_limit", confirmation: null });
  const [left] = (await space.inventory()).manifests;
  const images = [{ repositoryName: space.repository, digest: left?.digest ?? "" }];
  const byHand = await startRecycle(space.scope, { spaceId: space.spaceId, selection: { images } });
  expect((await space.execute(byHand.id)).run).toMatchObject({ status: "succeeded", confirmation: null });
});

test("N-10 a limit hides no rule for the whole space: what it leaves for other runs counts too", async () => {
  await pushMany(4);
  const runId = await space.start(await space.rule(["v*"], { limits: { maxItems: 1 } }));
  const { run, items } = await space.execute(runId);
  expect(run).toMatchObject({ status: "awaiting_confirmation", confirmation: { images: 4, imagesTotal: 4 } });
  expect(items.map((item) => item.state).sort()).toEqual(["left_out", "left_out", "left_out", "planned"]);
  await confirmRun(space.scope, { runId });
  expect((await space.execute(runId)).run).toMatchObject({ status: "partial_limit", totals: { itemsDone: 1 } });
});

test("N-10 a run that takes tags of images that stay waits too where they are more than the share of the tags, and not for just that", async () => {
  for (const n of [0, 1]) await space.push(await space.image(`${n}`), `v${n}`, `keep${n}`);
  await space.crawl();
  const { run } = await space.recycle("v*");
  expect(run).toMatchObject({ status: "succeeded", totals: { itemsDone: 2 } });
  expect(await space.tags()).toEqual(["keep0", "keep1"]);
  for (const n of [0, 1]) await space.push(await space.image(`${n}`), `w${n}`, `x${n}`);
  await space.crawl();
  const { run: more } = await space.recycle("w*", "x*");
  expect(more).toMatchObject({
    status: "awaiting_confirmation",
    confirmation: { reason: "tags", images: 0, imagesTotal: 2, tags: 4, tagsTotal: 6, sharePercent: 66.7 },
  });
  expect(await space.tags()).toHaveLength(6);
  await confirmRun(space.scope, { runId: more.id });
  expect((await space.execute(more.id)).run).toMatchObject({ status: "succeeded", totals: { itemsDone: 2 } });
  expect(await space.tags()).toEqual(["keep0", "keep1"]);
});

test("N-10 a dry run tells, and waits for nobody", async () => {
  await pushMany(2);
  const { id } = await previewReclaim(space.scope, { spaceId: space.spaceId, ruleIds: [await space.rule(["*"])] });
  expect((await space.execute(id)).run).toMatchObject({ status: "succeeded", confirmation: null });
});

test("N-10 confirmed, it goes on with its plan, each item looked at once more", async () => {
  const { runId } = await waiting();
  // What was pushed since is not of the plan, and what was tagged since has changed.
  await space.push(await space.image("image 1"), "stable");
  const [, moved] = await Promise.all([0, 1, 2].map((n) => space.image(`image ${n}`)));
  await prisma().tag.create({
    data: {
      repositoryId: (await prisma().repository.findFirstOrThrow({ where: { spaceId: space.spaceId } })).id,
      ...{ workspaceId: space.tenant.workspaceId, name: "stable", digest: moved?.digest ?? "", pushedAt: new Date(0) },
    },
  });
  const confirmed = await confirmRun(space.scope, { runId });
  expect(confirmed).toMatchObject({ status: "queued", confirmation: { confirmedByName: "a test" } });
  // Whoever confirms once more changes nothing.
  expect((await confirmRun(space.scope, { runId })).confirmation).toEqual(confirmed.confirmation);
  const { run, items } = await space.execute(runId);
  expect(run).toMatchObject({ status: "succeeded", totals: { itemsDone: 2, itemsSkipped: 1 } });
  expect(items.map((item) => [item.tags[0], item.state])).toEqual(
    expect.arrayContaining([
      ["v0", "done"],
      ["v1", "skipped_stale"],
      ["v2", "done"],
    ]),
  );
  expect(await space.tags()).toEqual(["stable", "v1", "v3"]);
  const audits = await prisma().auditEvent.findMany({ where: { resourceId: runId, action: "reclaim.confirm" } });
  expect(audits).toMatchObject([{ actorName: "a test", data: { images: 3, imagesTotal: 4 } }]);
  expect(space.broken()).toEqual({});
});

test("N-10 a rule that was edited while its run waited takes nothing", async () => {
  const { ruleId, runId } = await waiting();
  await updateRule(space.scope, { spaceId: space.spaceId, ruleId, revision: 1, isEnabled: false });
  await confirmRun(space.scope, { runId });
  const { items } = await space.execute(runId);
  expect(items.map((item) => item.state)).toEqual(["skipped_stale", "skipped_stale", "skipped_stale"]);
  expect(await space.tags()).toHaveLength(4);
});

/** A run that takes what is beyond the two latest of five (v3 and v4 are), executed until it waits. */
async function waitingBeyond(): Promise<string> {
  for (let n = 0; n < 5; n++) await space.push(await space.image(`image ${n}`), `v${n}`);
  await space.crawl();
  for (let n = 0; n < 5; n++) await pushedOn(`v${n}`, n + 1);
  const beyond = { kind: "beyond" as const, n: 2, order: "pushed" as const };
  const runId = await space.start(await space.rule(["v*"], { when: [beyond] }));
  const { run, items } = await space.execute(runId);
  expect(run.status).toBe("awaiting_confirmation");
  expect(items.flatMap((item) => item.tags).sort()).toEqual(["v0", "v1", "v2"]);
  return runId;
}

/** Makes an image with a tag one of a day of January, long ago. */
async function pushedOn(name: string, day: number): Promise<void> {
  const pushedAt = new Date(Date.UTC(2025, 0, day));
  const { workspaceId } = space.tenant;
  const tag = await prisma().tag.findFirstOrThrow({ where: { workspaceId, name } });
  await prisma().tag.updateMany({ where: { workspaceId, name }, data: { pushedAt } });
  await prisma().repositoryManifest.updateMany({ where: { workspaceId, digest: tag.digest }, data: { pushedAt } });
}

/** Somebody deletes the latest ones meanwhile. */
async function deleteByHand(...seeds: string[]): Promise<void> {
  const images = [];
  for (const seed of seeds) images.push({ repositoryName: space.repository, digest: (await space.image(seed)).digest });
  const { id } = await startRecycle(space.scope, { spaceId: space.spaceId, selection: { images } });
  expect((await space.execute(id)).run.status).toBe("succeeded");
}

const statesOf = (items: { tags: string[]; state: string; error: string | null }[]) =>
  Object.fromEntries(items.map((item) => [item.tags[0], item.state]));

test("N-10 what has come to be among the latest while the run waited stays, and says why", async () => {
  const runId = await waitingBeyond();
  await deleteByHand("image 3", "image 4");
  await confirmRun(space.scope, { runId });
  const { run, items } = await space.execute(runId);
  expect(run).toMatchObject({ status: "succeeded", totals: { itemsDone: 1, itemsSkipped: 2 } });
  expect(statesOf(items)).toEqual({ v0: "done", v1: "skipped_stale", v2: "skipped_stale" });
  expect(items.find((item) => item.tags.includes("v1"))?.error).toBe(
    "the images around it changed while the run waited",
  );
  expect(await space.tags()).toEqual(["v1", "v2"]);
});

test("N-10 nothing is added to a run that waited, whatever its rules would take by now", async () => {
  const runId = await waitingBeyond();
  for (const seed of ["new 0", "new 1"]) await space.push(await space.image(seed), seed.replace(" ", "-"));
  await space.crawl();
  for (let n = 0; n < 5; n++) await pushedOn(`v${n}`, n + 1);
  await confirmRun(space.scope, { runId });
  const { run, items } = await space.execute(runId);
  expect(run).toMatchObject({ status: "succeeded", totals: { itemsDone: 3, itemsSkipped: 0 } });
  expect(statesOf(items)).toEqual({ v0: "done", v1: "done", v2: "done" });
  expect(await space.tags()).toEqual(["new-0", "new-1", "v3", "v4"]);
});

test("N-10 a worker that is killed while it looks at the plan again has moved nothing; the next one looks from the start", async () => {
  const runId = await waitingBeyond();
  await deleteByHand("image 3", "image 4");
  await confirmRun(space.scope, { runId });
  await prisma().$executeRaw`
    CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN IF NEW.state = ''skipped_stale'' THEN PERFORM pg_advisory_xact_lock(4243); END IF; RETURN NEW; END'`;
  await prisma().$executeRaw`CREATE TRIGGER hold BEFORE UPDATE ON run_items FOR EACH ROW EXECUTE FUNCTION hold()`;
  const holds = () => prisma().$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM pg_locks WHERE locktype = 'advisory' AND objid = 4243 AND NOT granted`;
  try {
    await prisma().$transaction(
      async (tx) => {
        await tx.$queryRaw`SELECT pg_advisory_xact_lock(4243)::text`;
        await killWhen(runId, async () => (await holds())[0]?.count ?? 0, 1);
      },
      { timeout: 120_000 },
    );
  } finally {
    await prisma().$executeRaw`DROP FUNCTION hold CASCADE`;
  }
  expect((await space.result(runId)).items.map((item) => item.state)).toEqual(["planned", "planned", "planned"]);
  const { run, items } = await space.takeOver(runId);
  expect(run).toMatchObject({ status: "succeeded", totals: { itemsDone: 1, itemsSkipped: 2 } });
  expect(statesOf(items)).toEqual({ v0: "done", v1: "skipped_stale", v2: "skipped_stale" });
  expect(await space.tags()).toEqual(["v1", "v2"]);
}, 180_000);

test("N-10 a protect rule that was made while its run waited is named, and whose it is", async () => {
  const { runId } = await waiting();
  await space.rule(["v0"], { effect: "protect" });
  await confirmRun(space.scope, { runId });
  const { items } = await space.execute(runId);
  for (const { error, state } of items) {
    expect(state).toBe("skipped_stale");
    expect(error).toMatch(/^protect rules changed since the plan \(“rule .+” of the space\): run it again$/);
  }
});

test("N-10 a protect rule of the platform that went while its run waited is named", async () => {
  const { definition } = await prisma().reclaimRule.findUniqueOrThrow({
    where: { id: await space.rule(["none"], { effect: "protect" }) },
  });
  await prisma().reclaimRule.deleteMany({ where: { spaceId: space.spaceId } });
  const platformRule = { id: "rul_of_platform", slot: 1, name: "releases", updatedByName: "Ada" };
  await prisma().platformRule.create({ data: { ...platformRule, definition: definition as object } });
  try {
    const { runId } = await waiting();
    await prisma().platformRule.update({ where: { id: platformRule.id }, data: { revision: 2 } });
    await confirmRun(space.scope, { runId });
    const { items } = await space.execute(runId);
    expect(items.map((item) => item.error)).toEqual(
      Array.from(
        { length: 3 },
        () => "protect rules changed since the plan (“releases” of the platform): run it again",
      ),
    );
  } finally {
    await prisma().platformRule.delete({ where: { id: platformRule.id } });
  }
});

test("N-10 cancelled instead, it ends at once and everything stays; it cannot be confirmed any more", async () => {
  const { runId } = await waiting();
  expect((await cancelRun(space.scope, { runId })).status).toBe("cancelled");
  const { run, items } = await space.result(runId);
  expect(run).toMatchObject({ status: "cancelled", totals: { itemsDone: 0 }, cancelRequestedBy: "a test" });
  expect(items.map((item) => item.state)).toEqual(["left_out", "left_out", "left_out"]);
  await expect(confirmRun(space.scope, { runId })).rejects.toMatchObject({ code: "conflict" });
  expect((await space.execute(runId)).run.status).toBe("cancelled");
  expect(await space.tags()).toHaveLength(4);
});

test("N-10 cancelled after it was confirmed and before a worker had it, it moves nothing", async () => {
  const { runId } = await waiting();
  await confirmRun(space.scope, { runId });
  await cancelRun(space.scope, { runId });
  const { run, items } = await space.execute(runId);
  expect(run).toMatchObject({ status: "cancelled", totals: { itemsDone: 0 } });
  expect(items.map((item) => item.state)).toEqual(["left_out", "left_out", "left_out"]);
  expect(await space.tags()).toHaveLength(4);
});

test("N-10 asked to stop while it planned, it does not wait", async () => {
  await pushMany(2);
  const runId = await space.start(await space.rule(["*"]));
  await prisma().$executeRaw`
    CREATE FUNCTION ask() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN IF NEW.phase = ''confirming'' THEN NEW.cancel_requested_at := now(); NEW.cancel_requested_by := ''somebody''; END IF; RETURN NEW; END'`;
  await prisma().$executeRaw`CREATE TRIGGER ask BEFORE UPDATE OF phase ON runs FOR EACH ROW EXECUTE FUNCTION ask()`;
  try {
    const { run, items } = await space.execute(runId);
    expect(run).toMatchObject({ status: "cancelled", confirmation: null });
    expect(items.map((item) => item.state)).toEqual(["left_out", "left_out"]);
  } finally {
    await prisma().$executeRaw`DROP FUNCTION ask CASCADE`;
  }
});

test("N-10 unconfirmed for seven days, it is cancelled and says why; not a moment earlier", async () => {
  const { runId, run } = await waiting();
  const expiresAt = new Date(run.confirmation?.expiresAt ?? 0);
  const before = new Date(expiresAt.getTime() - 1);
  await expireConfirmations(before);
  expect((await space.result(runId)).run.status).toBe("awaiting_confirmation");
  // Its time is up, and no worker has looked yet.
  await expect(confirmRun(space.scope, { runId }, expiresAt)).rejects.toMatchObject({ code: "conflict" });
  expect(await expireConfirmations(expiresAt)).toBeGreaterThanOrEqual(1);
  expect(await expireConfirmations(expiresAt)).toBe(0);
  const ended = await space.result(runId);
  expect(ended.run).toMatchObject({
    ...{ status: "cancelled", cancelRequestedBy: null, totals: { itemsDone: 0 } },
    error: { code: "not_confirmed", message: expect.stringContaining("Nobody confirmed") },
  });
  expect(ended.items.map((item) => item.state)).toEqual(["left_out", "left_out", "left_out"]);
});

test("N-10 while it waits, images can be deleted by hand; it is confirmed when nothing else runs", async () => {
  const { runId } = await waiting();
  const { digest } = await space.image("image 3");
  const selection = { images: [{ repositoryName: space.repository, digest }] };
  const byHand = await startRecycle(space.scope, { spaceId: space.spaceId, selection });
  await expect(confirmRun(space.scope, { runId })).rejects.toMatchObject({
    ...{ code: "conflict", detail: expect.stringContaining("Another reclaim") },
  });
  await expect(space.start(await space.rule(["v0"]))).rejects.toMatchObject({ code: "conflict" });
  expect((await space.execute(byHand.id)).run.status).toBe("succeeded");
  await confirmRun(space.scope, { runId });
  const { run } = await space.execute(runId);
  expect(run).toMatchObject({ status: "succeeded", totals: { itemsDone: 3, itemsSkipped: 0 } });
});

test("N-10 of two who confirm at once both succeed, and the run is queued once", async () => {
  const { runId } = await waiting();
  const both = await Promise.all([confirmRun(space.scope, { runId }), confirmRun(space.scope, { runId })]);
  expect(both.map((run) => run.status)).toEqual(["queued", "queued"]);
  expect(await prisma().auditEvent.count({ where: { resourceId: runId, action: "reclaim.confirm" } })).toBe(1);
});

test("N-10 each space has its share, from 1 to 100 percent, and history tells who changed it", async () => {
  const { spaceId } = space;
  expect((await updateSpace(space.scope, { spaceId, confirmSharePercent: 20 })).confirmSharePercent).toBe(20);
  await updateSpace(space.scope, { spaceId, confirmSharePercent: 100 });
  const { items } = await listHistory(space.scope, { spaceId, limit: 10 });
  expect(items.slice(0, 2).map(({ text }) => text)).toEqual([
    "let runs of any size start without a confirmation",
    "had runs that take more than 20 % of the images wait for a confirmation",
  ]);
  for (const share of [0, 101])
    await expect(
      prisma().space.update({ where: { id: spaceId }, data: { confirmSharePercent: share } }),
    ).rejects.toThrow(/confirm_share_range/);
  await pushMany(2);
  expect((await space.recycle("*")).run).toMatchObject({ status: "succeeded", totals: { itemsDone: 2 } });
});

test("N-10 nobody outside the workspace confirms it", async () => {
  const { runId } = await waiting();
  const other = await createTestTenant({ name: "other" });
  await expect(confirmRun(other.scope, { runId })).rejects.toMatchObject({ code: "not_found" });
});

/** Has a worker of its own execute the run, and die when the row comes to a phase. */
function killIn(phase: string, runId: string): Promise<void> {
  return killWhen(runId, async () => (await prisma().run.findUniqueOrThrow({ where: { id: runId } })).phase, phase);
}

/** The same, when something comes to be. */
async function killWhen<T>(runId: string, read: () => Promise<T>, value: T): Promise<void> {
  const child = startProgram("run-and-kill", [JSON.stringify([{ runId, step: "never", nth: 1 }])]);
  const ended = new Promise((resolve) => child.once("exit", (_, signal) => resolve(signal)));
  await expect.poll(read, { timeout: 60_000 }).toBe(value);
  child.kill("SIGKILL");
  expect(await ended).toBe("SIGKILL");
  // The database would do to its end what a dead worker last asked for: this one was killed before it asked.
  await prisma().$queryRaw`
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event = 'advisory'`;
  // Its heartbeat grows stale; the test does not wait for the time to pass.
  await prisma().run.update({ where: { id: runId }, data: { heartbeatAt: new Date(0) } });
}

test("N-10 a worker that is killed between the plan and the waiting leaves a run that waits all the same, planned once", async () => {
  await pushMany(2);
  const runId = await space.start(await space.rule(["*"]));
  // It comes to the phase, and no further: what would let it wait is held by us.
  await prisma().$executeRaw`
    CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN IF NEW.status = ''awaiting_confirmation'' THEN PERFORM pg_advisory_xact_lock(4242); END IF; RETURN NEW; END'`;
  await prisma().$executeRaw`CREATE TRIGGER hold BEFORE UPDATE ON runs FOR EACH ROW EXECUTE FUNCTION hold()`;
  try {
    await prisma().$transaction(
      async (tx) => {
        await tx.$queryRaw`SELECT pg_advisory_xact_lock(4242)::text`;
        await killIn("confirming", runId);
      },
      { timeout: 120_000 },
    );
  } finally {
    await prisma().$executeRaw`DROP FUNCTION hold CASCADE`;
  }
  const before = await prisma().run.findUniqueOrThrow({ where: { id: runId } });
  expect(before.status).toBe("running");
  const { run, items } = await space.execute(runId);
  expect(run).toMatchObject({ status: "awaiting_confirmation", confirmation: { images: 2, imagesTotal: 2 } });
  expect(items).toHaveLength(2);
  const planned = await prisma().runEvent.count({ where: { runId, kind: "planned" } });
  expect(planned).toBe(1);
  await confirmRun(space.scope, { runId });
  expect((await space.execute(runId)).run).toMatchObject({ status: "succeeded", totals: { itemsDone: 2 } });
  expect(await space.tags()).toEqual([]);
}, 180_000);
