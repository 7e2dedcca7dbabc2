import { spawn } from "node:child_process";
import path from "node:path";
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
    confirmation: { images: 3, imagesTotal: 4, sharePercent: 75, limitPercent: 50, confirmedAt: null },
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

test("N-10 exactly the share does not wait; a limit, tags alone and a choice by hand are counted as what they take", async () => {
  await pushMany(4);
  expect((await space.recycle("v0", "v1")).run).toMatchObject({ status: "succeeded", confirmation: null });
  // Two are left: a rule that matches both, and may take one.
  const limited = await space.start(await space.rule(["v*"], { limits: { maxItems: 1 } }));
  expect((await space.execute(limited)).run.status).toBe("partial_limit");
  const [left] = (await space.inventory()).manifests;
  const images = [{ repositoryName: space.repository, digest: left?.digest ?? "" }];
  const byHand = await startRecycle(space.scope, { spaceId: space.spaceId, selection: { images } });
  expect((await space.execute(byHand.id)).run).toMatchObject({ status: "succeeded", confirmation: null });
});

test("N-10 a run that takes tags of images that stay does not wait, whatever their share", async () => {
  for (const n of [0, 1]) await space.push(await space.image(`${n}`), `v${n}`, `keep${n}`);
  await space.crawl();
  const { run } = await space.recycle("v*");
  expect(run).toMatchObject({ status: "succeeded", totals: { itemsDone: 2 } });
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
async function killIn(phase: string, runId: string): Promise<void> {
  const child = spawn(process.execPath, ["--import", "tsx", "testing/run-and-kill.ts", runId, "never", "1"], {
    ...{ cwd: path.resolve(import.meta.dirname, "../.."), env: process.env },
    stdio: ["ignore", "inherit", "inherit"],
  });
  const ended = new Promise((resolve) => child.once("exit", (_, signal) => resolve(signal)));
  await expect
    .poll(async () => (await prisma().run.findUniqueOrThrow({ where: { id: runId } })).phase, { timeout: 60_000 })
    .toBe(phase);
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
