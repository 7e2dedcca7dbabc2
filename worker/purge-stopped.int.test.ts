import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Actor } from "@/server/platform/auth/actor";
import { prisma } from "@/server/platform/db/prisma";
import { allowReclaims } from "@/server/platform-settings/allow-reclaims";
import { stopAllReclaims } from "@/server/platform-settings/stop-all-reclaims";
import { purgeDueEntries } from "@/server/recycle-bin/purge-due";
import { startPurge } from "@/server/recycle-bin/start-purge";
import { BinSpace, type BinWorld, startBinWorld } from "@/testing/bin-world";
import { reconcile } from "./reconcile";

let world: BinWorld;
let space: BinSpace;

const ada: Actor = {
  ...{ kind: "user", userId: "usr_Ada", name: "Ada", email: "ada@example.test", isPlatformAdmin: true },
  sessionId: "ses_x",
  token: null,
};
const REASON = "wrong images go";

beforeAll(async () => {
  world = await startBinWorld();
});
afterAll(() => world.stop());
beforeEach(async () => {
  await allowReclaims(ada);
  space = await BinSpace.create(world);
});

/** The bin with entries whose time is up. */
async function binDue(count: number): Promise<void> {
  for (let n = 0; n < count; n++) await space.push(await space.image(`image ${n}`), `v${n}`);
  await space.crawl();
  await space.recycle("v*");
  await prisma().binEntry.updateMany({ where: { spaceId: space.spaceId }, data: { purgeAfter: new Date(0) } });
}

/** The run that the bin starts by itself. */
async function duePurge(count: number): Promise<string> {
  await binDue(count);
  await purgeDueEntries(new Date());
  return (await prisma().run.findFirstOrThrow({ where: { spaceId: space.spaceId, kind: "purge" } })).id;
}

const states = async () => (await space.entries()).map((entry) => entry.state);

test("N-10 R-08 a purge of its own accord that is queued when the switch is turned destroys nothing, and gives its entries back", async () => {
  const runId = await duePurge(2);
  await stopAllReclaims(ada, { reason: REASON });
  const { run, items } = await space.execute(runId);
  expect(run).toMatchObject({ status: "cancelled", error: { code: "reclaim_stopped" }, totals: { itemsDone: 0 } });
  expect(items.map((item) => item.state)).toEqual(["left_out", "left_out"]);
  expect(await states()).toEqual(["held", "held"]);
});

test("N-10 R-08 one that has begun ends what it has begun, and no more", async () => {
  const runId = await duePurge(20);
  const row = () => prisma().run.findUniqueOrThrow({ where: { id: runId } });
  let told: Promise<void> | null = null;
  const stop = async () => {
    await stopAllReclaims(ada, { reason: REASON });
    const { heartbeatAt } = await row();
    await expect.poll(async () => (await row()).heartbeatAt, { timeout: 5_000 }).not.toEqual(heartbeatAt);
  };
  const { run } = await space.execute(runId, {
    beforeStep: async () => {
      told ??= stop();
      await told;
    },
  });
  expect(run).toMatchObject({ status: "cancelled", error: { code: "reclaim_stopped" } });
  expect(run.totals.itemsDone).toBeLessThan(20);
  expect(await states()).toEqual(Array.from({ length: 20 - (run.totals.itemsDone ?? 0) }, () => "held"));
});

test("N-10 R-08 while it is on none is started, not even by a worker that looked before; somebody may purge by hand", async () => {
  await binDue(1);
  await stopAllReclaims(ada, { reason: REASON });
  expect(await purgeDueEntries(new Date())).toBe(0);
  expect(await states()).toEqual(["held"]);
  const [entry] = await space.entries();
  const { name: typedName } = await prisma().space.findUniqueOrThrow({ where: { id: space.spaceId } });
  const byHand = await startPurge(space.scope, { spaceId: space.spaceId, entryIds: [entry?.id ?? ""], typedName });
  expect((await space.execute(byHand.id)).run).toMatchObject({ status: "succeeded", totals: { itemsDone: 1 } });
});

test("N-10 R-08 entries that no run has any more are given back while it is on", async () => {
  const runId = await duePurge(1);
  await prisma().run.update({ where: { id: runId }, data: { status: "failed", finishedAt: new Date() } });
  expect(await states()).toEqual(["purging"]);
  await stopAllReclaims(ada, { reason: REASON });
  await reconcile(new AbortController().signal);
  expect(await states()).toEqual(["held"]);
});
