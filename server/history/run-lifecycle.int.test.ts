import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { RunFrame } from "@/contracts/history";
import { disconnectPrisma, prisma } from "@/server/platform/db/prisma";
import { closeQueues } from "@/server/platform/queue/enqueue";
import { setConsoleEnv } from "@/testing/console-env";
import { startMachineClock } from "@/testing/machine-clock";
import { createTestDatabase, type TestDatabase } from "@/testing/postgres";
import { testRedisUrl } from "@/testing/redis";
import { createTestTenant, type TestTenant } from "@/testing/tenant";
import { cancelRun } from "./cancel-run";
import { createRun } from "./create-run";
import { executeRun } from "./execute-run";
import { reconcileRuns } from "./reconcile-runs";
import { claimRun, findRunById, finishRun, heartbeatRun, listRunsToEnqueue, writeRun } from "./run.store";
import { createRunContext, type RunContext, type RunExecutors } from "./run-context";
import { watchRun } from "./watch-run";

let database: TestDatabase;
let tenant: TestTenant;
const never = new AbortController().signal;
const reader = { signal: never, isStillAllowed: () => Promise.resolve(true) };

beforeAll(async () => {
  database = await createTestDatabase();
  setConsoleEnv({ databaseUrl: database.url, redisUrl: testRedisUrl() });
});
afterAll(async () => {
  await closeQueues();
  await disconnectPrisma();
  await database.drop();
});
beforeEach(async () => {
  tenant = await createTestTenant({ name: `t${Math.random().toString(36).slice(2)}` });
});

const start = (kind: "gc" | "reclaim" = "gc") =>
  createRun(tenant.scope, { kind, spaceId: tenant.spaceId, registryId: tenant.registryId, options: {} });

/** Executors that all do the same. */
function executors(work: (context: RunContext) => Promise<void>): RunExecutors {
  const run = async (context: RunContext) => {
    await work(context);
    return { status: "succeeded" as const };
  };
  return { gc: run, reclaim: run, restore: run, purge: run };
}

/** An executor that works until it is stopped. */
const untilStopped = executors(
  ({ signal }) =>
    new Promise((_, reject) => {
      if (signal.aborted) reject(signal.reason);
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    }),
);

async function silence(runId: string): Promise<void> {
  await prisma().run.update({ where: { id: runId }, data: { heartbeatAt: new Date(Date.now() - 60_000) } });
}

test("of two workers that race for a run, one gets it", async () => {
  const run = await start();
  const claims = await Promise.all(Array.from({ length: 8 }, (_, i) => claimRun(run.id, `worker-${i}`, 10)));
  expect(claims.filter(Boolean)).toHaveLength(1);
  expect((await findRunById(run.id))?.epoch).toBe(1);
});

test("one active collection a registry, one active reclaim a space; a dry run is not counted", async () => {
  await start("gc");
  await expect(start("gc")).rejects.toMatchObject({ code: "conflict" });
  await start("reclaim");
  await expect(start("reclaim")).rejects.toMatchObject({ code: "conflict" });
  const dry = {
    kind: "reclaim" as const,
    spaceId: tenant.spaceId,
    registryId: tenant.registryId,
    options: {},
    isDryRun: true,
  };
  await createRun(tenant.scope, dry);
  await createRun(tenant.scope, dry);
});

test("a worker that fell silent is fenced: nothing it writes under its old epoch counts", async () => {
  const run = await start();
  const first = await claimRun(run.id, "first", 10);
  expect(await claimRun(run.id, "second", 10)).toBeNull();
  await silence(run.id);
  const second = await claimRun(run.id, "second", 10);
  expect(second?.epoch).toBe(2);
  const old = first?.epoch ?? 0;
  expect(await heartbeatRun(run.id, old)).toBeNull();
  expect(await writeRun(run.id, old, { totals: { freedBytes: 1 }, events: [{ kind: "late", data: {} }] })).toBe(false);
  expect(await finishRun(run.id, old, { status: "succeeded", error: null })).toBe(false);
  const row = await findRunById(run.id);
  expect(row).toMatchObject({ status: "running", totals: {}, lastSequence: 0 });
});

test("the reconciler lists what waits and what fell silent, not what works", async () => {
  const waiting = await start();
  tenant = await createTestTenant({ name: "working" });
  const working = await start();
  await claimRun(working.id, "w", 10);
  tenant = await createTestTenant({ name: "silent" });
  const silent = await start();
  await claimRun(silent.id, "w", 10);
  await silence(silent.id);
  const ids = (await listRunsToEnqueue(10, 1000)).map((run) => run.id);
  expect(ids).toContain(waiting.id);
  expect(ids).toContain(silent.id);
  expect(ids).not.toContain(working.id);
  expect(await reconcileRuns()).toBeGreaterThanOrEqual(2);
});

test("a queued run is cancelled at once, and never starts", async () => {
  const run = await start();
  expect((await cancelRun(tenant.scope, { runId: run.id })).status).toBe("cancelled");
  let hasWorked = false;
  await executeRun(
    run.id,
    "w",
    executors(async () => {
      hasWorked = true;
    }),
    never,
  );
  expect(hasWorked).toBe(false);
});

test("a running run is cancelled within two seconds and keeps its totals", async () => {
  const run = await start();
  const work = executors(async ({ signal, totals, setPhase }) => {
    await setPhase("sweeping");
    totals({ deletedBlobs: 3, freedBytes: 42 });
    await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));
  });
  const done = executeRun(run.id, "w", work, never);
  await expect.poll(async () => (await findRunById(run.id))?.phase).toBe("sweeping");
  const elapsed = startMachineClock();
  expect((await cancelRun(tenant.scope, { runId: run.id })).status).toBe("cancelling");
  await done;
  expect(elapsed()).toBeLessThan(2_000);
  const ended = await findRunById(run.id);
  expect(ended).toMatchObject({
    status: "cancelled",
    totals: { deletedBlobs: 3, freedBytes: 42 },
    cancelRequestedBy: "a test",
  });
  expect(ended?.finishedAt).not.toBeNull();
});

test("a worker that shuts down gives its run back, and the next claim has a new epoch", async () => {
  const run = await start();
  const shutdown = new AbortController();
  const done = executeRun(run.id, "w", untilStopped, shutdown.signal);
  await expect.poll(async () => (await findRunById(run.id))?.status).toBe("running");
  shutdown.abort();
  await done;
  expect(await findRunById(run.id)).toMatchObject({ status: "queued", finishedAt: null });
  expect((await claimRun(run.id, "next", 10))?.epoch).toBe(2);
});

test("a failing executor ends in a failed run that says why", async () => {
  const run = await start();
  await executeRun(
    run.id,
    "w",
    executors(() => Promise.reject(new Error("the disk is gone"))),
    never,
  );
  expect(await findRunById(run.id)).toMatchObject({ status: "failed", error: { message: "the disk is gone" } });
});

test("the stream resumes after a sequence without a gap and closes with the last frame", async () => {
  const run = await start();
  await executeRun(
    run.id,
    "w",
    executors(async ({ log, flush }) => {
      for (let i = 0; i < 5; i++) log("line", { i });
      await flush();
    }),
    never,
  );
  const all = await frames(0);
  expect(all.at(-1)?.type).toBe("done");
  const sequences = all.flatMap((frame) => frame.events.map((event) => event.sequence));
  expect(sequences).toEqual(Array.from({ length: sequences.length }, (_, i) => i + 1));
  const rest = await frames(3);
  expect(rest.flatMap((frame) => frame.events.map((event) => event.sequence))).toEqual(sequences.slice(3));

  async function frames(afterSequence: number): Promise<RunFrame[]> {
    const stream = await watchRun(tenant.scope, { runId: run.id, afterSequence }, reader);
    const text = await new Response(stream).text();
    return [...text.matchAll(/^data: (.*)$/gm)].map((match) => JSON.parse(match[1] ?? "") as RunFrame);
  }
});

test("a foreign run is not found: not to read, not to cancel, not to watch", async () => {
  const run = await start();
  const other = await createTestTenant({ name: "other" });
  await expect(cancelRun(other.scope, { runId: run.id })).rejects.toMatchObject({ code: "not_found" });
  await expect(watchRun(other.scope, { runId: run.id, afterSequence: 0 }, reader)).rejects.toMatchObject({
    code: "not_found",
  });
  expect((await findRunById(run.id))?.cancelRequestedAt).toBeNull();
});

test("what the database did not take for a moment is written with what comes next, in order", async () => {
  const { id } = await start();
  const run = await claimRun(id, "worker", 10);
  if (!run) throw new Error("the run was not claimed");
  const context = createRunContext(run, tenant.scope, never);
  context.log("first", {});
  context.totals({ itemsDone: 3 });
  await prisma().$executeRaw`
    CREATE FUNCTION refuse_event() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''the disk is full''; END'`;
  await prisma().$executeRaw`
    CREATE TRIGGER refuse_event BEFORE INSERT ON run_events FOR EACH ROW EXECUTE FUNCTION refuse_event()`;
  try {
    await expect(context.flush()).rejects.toThrow("the disk is full");
  } finally {
    await prisma().$executeRaw`DROP FUNCTION refuse_event CASCADE`;
  }
  context.log("second", {});
  await context.flush();
  const events = await prisma().runEvent.findMany({ where: { runId: id }, orderBy: { sequence: "asc" } });
  expect(events.map(({ kind }) => kind)).toEqual(["first", "second"]);
  expect((await findRunById(id))?.totals).toEqual({ itemsDone: 3 });
});
