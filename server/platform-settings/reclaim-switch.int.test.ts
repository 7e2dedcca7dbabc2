import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { confirmRun } from "@/server/history/confirm-run";
import { executeRun } from "@/server/history/execute-run";
import type { RunContext } from "@/server/history/run-context";
import { AppError } from "@/server/platform/app-error";
import type { Actor } from "@/server/platform/auth/actor";
import { prisma } from "@/server/platform/db/prisma";
import { fireDueRules } from "@/server/reclaim/fire-due-rules";
import { previewReclaim } from "@/server/reclaim/preview-reclaim";
import { startRecycle } from "@/server/reclaim/start-recycle";
import { getRule } from "@/server/rules/get-rule";
import { updateSpace } from "@/server/spaces/update-space";
import { BinSpace, type BinWorld, executorsWith, startBinWorld } from "@/testing/bin-world";
import { startMachineClock } from "@/testing/machine-clock";
import { allowReclaims } from "./allow-reclaims";
import { getReclaimSwitch } from "./get-reclaim-switch";
import { stopAllReclaims } from "./stop-all-reclaims";

let world: BinWorld;
let space: BinSpace;

beforeAll(async () => {
  world = await startBinWorld();
});
afterAll(() => world.stop());
beforeEach(async () => {
  await allowReclaims(ada);
  space = await BinSpace.create(world);
});

const person = (name: string, isPlatformAdmin: boolean): Actor => ({
  ...{
    kind: "user",
    userId: `usr_${name}`,
    name,
    email: `${name}@example.test`,
    isPlatformAdmin,
    sessionId: "ses_x",
    token: null,
  },
});
const ada = person("Ada", true);
const eddi = person("Eddi", false);
const REASON = "wrong images go";

async function pushMany(count: number) {
  for (let n = 0; n < count; n++) await space.push(await space.image(`image ${n}`), `v${n}`);
  await space.crawl();
}

test("N-10 the platform's switch stops a run that is moving, with what it has done and the reason; restores go on", async () => {
  await pushMany(20);
  const runId = await space.start(await space.rule(["*"]));
  /** Resolves when a heartbeat after it has told the run. */
  const stop = async () => {
    await stopAllReclaims(ada, { reason: REASON });
    const read = () => prisma().run.findUniqueOrThrow({ where: { id: runId } });
    const { heartbeatAt } = await read();
    await expect.poll(async () => (await read()).heartbeatAt, { timeout: 5_000 }).not.toEqual(heartbeatAt);
  };
  let told: Promise<void> | null = null;
  const { run, items } = await space.execute(runId, {
    beforeStep: async ({ step }) => {
      if (step !== "verify") return;
      told ??= stop();
      await told;
    },
  });
  const done = items.filter((item) => item.state === "done").length;
  expect(new Set(items.map((item) => item.state))).toEqual(new Set(["done", "left_out"]));
  expect(run).toMatchObject({
    ...{ status: "cancelled", cancelRequestedBy: "Ada", totals: { itemsDone: done, itemsTotal: 20 } },
    error: { code: "reclaim_stopped", message: expect.stringContaining(REASON) },
  });
  expect(done).toBeLessThan(20);
  expect(await space.tags()).toHaveLength(20 - done);
  expect(space.broken()).toEqual({});
  // What was moved can be restored meanwhile.
  const entries = await space.entries();
  expect(entries).toHaveLength(done);
  const restored = await space.restore(entries.map((entry) => entry.id));
  expect(restored.run).toMatchObject({ status: "succeeded", totals: { itemsDone: done } });
  expect(await space.tags()).toHaveLength(20);
});

test("N-10 a run under way hears of the switch within two seconds", async () => {
  const runId = await space.start(await space.rule(["*"]));
  let heardAfterMs = Number.POSITIVE_INFINITY;
  let elapsed = () => Number.POSITIVE_INFINITY;
  const reclaim = ({ signal }: RunContext) =>
    new Promise<never>((_, reject) =>
      signal.addEventListener("abort", () => {
        heardAfterMs = elapsed();
        reject(signal.reason);
      }),
    );
  const running = executeRun(runId, "a test", { ...executorsWith(), reclaim }, new AbortController().signal);
  await expect.poll(async () => (await space.result(runId)).run.status).toBe("running");
  await stopAllReclaims(ada, { reason: REASON });
  elapsed = startMachineClock();
  await running;
  expect(heardAfterMs).toBeLessThan(2_000);
  expect((await space.result(runId)).run).toMatchObject({ status: "cancelled", error: { code: "reclaim_stopped" } });
});

test("N-10 nothing starts while it is on: not by rules, not by hand, not by schedule; previews do", async () => {
  await pushMany(1);
  const ruleId = await space.rule(["*"], { schedule: { kind: "cron", expression: "0 3 * * *", timeZone: "UTC" } });
  const due = new Date("2026-11-20T03:00:00Z");
  await prisma().reclaimRule.update({ where: { id: ruleId }, data: { armedRevision: 1, nextRunAt: due } });
  const stopped = await stopAllReclaims(ada, { reason: REASON });
  expect(stopped).toMatchObject({ isStopped: true, reason: REASON, stoppedByName: "Ada", canChange: true });
  const refused = { code: "conflict", detail: expect.stringContaining(`by Ada: ${REASON}`) };
  await expect(space.start(ruleId)).rejects.toMatchObject(refused);
  const [image] = (await space.inventory()).manifests;
  const images = [{ repositoryName: space.repository, digest: image?.digest ?? "" }];
  const byHand = startRecycle(space.scope, { spaceId: space.spaceId, selection: { images } });
  await expect(byHand).rejects.toMatchObject(refused);
  expect(await fireDueRules(new Date("2026-11-20T03:00:01Z"))).toBe(0);
  const rule = await getRule(space.scope, { spaceId: space.spaceId, ruleId });
  expect(rule).toMatchObject({
    ...{ nextRunAt: "2026-11-21T03:00:00.000Z" },
    lastFiring: { outcome: "skipped", reason: expect.stringContaining(REASON) },
  });
  const { id } = await previewReclaim(space.scope, { spaceId: space.spaceId, ruleIds: [ruleId] });
  expect((await space.execute(id)).run.status).toBe("succeeded");
  const allowed = await allowReclaims(ada);
  expect(allowed).toMatchObject({ isStopped: false, reason: null, stoppedAt: null });
  expect((await space.execute(await space.start(ruleId))).run).toMatchObject({ totals: { itemsDone: 1 } });
});

test("N-10 a run that is queued ends at once, one that was given back moves nothing more, one that waits cannot be confirmed", async () => {
  await pushMany(2);
  const [queued, other, third] = [space, await BinSpace.create(world), await BinSpace.create(world)];
  const queuedId = await queued.start(await queued.rule(["*"]));
  await other.push(await other.image("x"), "x");
  await third.push(await third.image("y"), "y");
  await third.crawl();
  await other.crawl();
  const givenBackId = await other.start(await other.rule(["*"]));
  // A worker that shuts down gives it back before anything is moved.
  const shutdown = new AbortController();
  shutdown.abort();
  await executeRun(givenBackId, "a test", executorsWith(), shutdown.signal);
  expect((await other.result(givenBackId)).run).toMatchObject({ status: "queued" });
  await updateSpace(third.scope, { spaceId: third.spaceId, confirmSharePercent: 50 });
  const waitingId = await third.start(await third.rule(["*"]));
  expect((await third.execute(waitingId)).run.status).toBe("awaiting_confirmation");

  await stopAllReclaims(ada, { reason: REASON });
  expect((await queued.result(queuedId)).run).toMatchObject({
    status: "cancelled",
    error: { code: "reclaim_stopped" },
  });
  expect((await other.execute(givenBackId)).run).toMatchObject({
    ...{ status: "cancelled", error: { code: "reclaim_stopped", message: expect.stringContaining(REASON) } },
  });
  expect(await other.tags()).toEqual(["x"]);
  await expect(confirmRun(third.scope, { runId: waitingId })).rejects.toMatchObject({ code: "conflict" });
  expect((await third.result(waitingId)).run.status).toBe("awaiting_confirmation");
  await allowReclaims(ada);
  await confirmRun(third.scope, { runId: waitingId });
  expect((await third.execute(waitingId)).run).toMatchObject({ totals: { itemsDone: 1 } });
});

test("N-10 of runs that start while the switch is turned, none is left running", async () => {
  const spaces = [];
  for (let n = 0; n < 6; n++) spaces.push(await BinSpace.create(world));
  const rules = await Promise.all(spaces.map((one) => one.rule(["*"])));
  const starts = spaces.map(async (one, n) => {
    try {
      return await one.start(rules[n] ?? "");
    } catch (error) {
      expect(error).toBeInstanceOf(AppError);
      return null;
    }
  });
  const [, ...started] = await Promise.all([stopAllReclaims(ada, { reason: REASON }), ...starts]);
  const ids = started.filter((id) => id !== null);
  const runs = await prisma().run.findMany({ where: { id: { in: ids } } });
  expect(runs.map((run) => run.status)).toEqual(ids.map(() => "cancelled"));
  expect(
    await prisma().run.count({ where: { spaceId: { in: spaces.map((one) => one.spaceId) }, finishedAt: null } }),
  ).toBe(0);
});

test("N-10 only a platform admin turns it; everybody hears why; who turned it is recorded for ever", async () => {
  await expect(stopAllReclaims(eddi, { reason: REASON })).rejects.toMatchObject({ code: "forbidden" });
  expect((await getReclaimSwitch(eddi)).isStopped).toBe(false);
  await stopAllReclaims(ada, { reason: REASON });
  const second = await stopAllReclaims(person("Bea", true), { reason: "something else" });
  expect(second).toMatchObject({ stoppedByName: "Ada", reason: REASON });
  expect(await getReclaimSwitch(eddi)).toMatchObject({
    ...{ isStopped: true, reason: REASON, stoppedByName: "Ada", canChange: false, changes: [] },
  });
  await expect(allowReclaims(eddi)).rejects.toMatchObject({ code: "forbidden" });
  const { changes } = await allowReclaims(person("Bea", true));
  expect(changes.slice(0, 2)).toMatchObject([
    { actorName: "Bea", isStopped: false, reason: null },
    { actorName: "Ada", isStopped: true, reason: REASON },
  ]);
});
