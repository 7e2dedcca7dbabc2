import pg from "pg";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
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
    // Where the moment was a bad one the run is given back, and the worker that claims it next goes on.
    if (run.status === "queued") ({ run, items } = await space.execute(runId));
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
