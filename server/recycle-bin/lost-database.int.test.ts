import pg from "pg";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { RunStopped } from "@/server/history/run-context";
import { withRegistryLock } from "@/server/platform/db/registry-lock";
import { BinSpace, type BinWorld, startBinWorld } from "@/testing/bin-world";

let world: BinWorld;
let space: BinSpace;

beforeAll(async () => {
  world = await startBinWorld();
});
afterAll(() => world.stop());
beforeEach(async () => {
  space = await BinSpace.create(world);
});

/** As a restart of PostgreSQL does: every connection ends, those that hold locks too. */
async function endAllConnections(): Promise<void> {
  const client = new pg.Client({ connectionString: world.database.url });
  await client.connect();
  try {
    await client.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
    );
  } finally {
    await client.end();
  }
}

test.each(["copy", "verify", "remove-top", "finish"])(
  "connections that end at %s cost a move a moment, and no image",
  async (step) => {
    const images = [await space.push(await space.image("one"), "v1"), await space.push(await space.image("two"), "v2")];
    const kept = await space.push(await space.image("three"), "keep");
    await space.crawl();
    const runId = await space.start(await space.rule(["v*"]));
    let isDone = false;
    const hooks = {
      beforeStep: async (point: { step: string }) => {
        if (isDone || point.step !== step) return;
        isDone = true;
        await endAllConnections();
      },
    };
    let { run, items } = await space.execute(runId, hooks);
    // Where the moment was a bad one the run is given back, or left to who finds its heartbeat old: the next worker goes on.
    if (run.finishedAt === null) ({ run, items } = await space.takeOver(runId));
    expect(isDone).toBe(true);
    expect(items.map(({ state, error }) => ({ state, error }))).toEqual([
      { state: "done", error: null },
      { state: "done", error: null },
    ]);
    expect(run).toMatchObject({ status: "succeeded", totals: { itemsDone: 2, itemsFailed: 0 } });
    for (const { digest } of images) {
      expect([await space.status(digest), await space.status(digest, space.binRepository)]).toEqual([404, 200]);
    }
    expect((await space.pull("keep")).digest).toBe(kept.digest);
    expect((await space.entries()).length).toBe(2);
    expect(space.broken()).toEqual({});
  },
);

test("a run that is taken up again does not wait for a worker that stands still with its locks", async () => {
  await space.push(await space.image("one"), "v1");
  await space.push(await space.image("two"), "keep");
  await space.crawl();
  const runId = await space.start(await space.rule(["v1"]));
  const stopped = await space.execute(runId, {
    beforeStep: ({ step }) => {
      if (step === "verify") throw new RunStopped("shutdown");
    },
  });
  expect(stopped.run.status).toBe("queued");
  // The worker before: it has the repository, and neither moves on nor ends.
  let isHeld = () => {};
  const held = new Promise<void>((resolve) => {
    isHeld = resolve;
  });
  const standingStill = withRegistryLock(world.registryId, "shared", { owner: runId }, (lock) =>
    lock.withRepository(space.repository, async () => {
      isHeld();
      await new Promise((resolve) => lock.lost.addEventListener("abort", resolve, { once: true }));
    }),
  );
  await held;
  expect(await space.execute(runId)).toMatchObject({ run: { status: "succeeded" }, items: [{ state: "done" }] });
  await standingStill;
});
