import { afterAll, beforeAll, expect, test } from "vitest";
import { walkThroughBin } from "@/testing/bin-chaos";
import { type BinWorld, startBinWorld } from "@/testing/bin-world";

// All of it: RECLAIM_BIN_OPERATIONS=1000 npx vitest run server/recycle-bin/random-walk.int.test.ts --project integration
const OPERATIONS = Number(process.env.RECLAIM_BIN_OPERATIONS ?? 40);
const SEED = Number(process.env.RECLAIM_BIN_SEED ?? 20261121);

let world: BinWorld;

beforeAll(async () => {
  world = await startBinWorld();
});
afterAll(() => world.stop());

test(`N-02 N-03 ${OPERATIONS} random pushes, recycles, restores, purges and collections, workers dying in the middle, lose nothing`, {
  timeout: 120_000 + OPERATIONS * 6_000,
}, async () => {
  const report = await walkThroughBin(world, { seed: SEED, operations: OPERATIONS });
  expect(report).toMatchObject({ operations: OPERATIONS, problems: [] });
  expect(report.kills).toBeGreaterThan(0);
  if (OPERATIONS >= 1_000) process.stdout.write(`${JSON.stringify(report)}\n`);
});
