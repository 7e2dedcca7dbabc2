import { expect, test } from "vitest";
import { giveBackMemory } from "./give-back-memory";

const MB = 2 ** 20;

test("what nobody holds any more is gone at once, and what somebody holds is not", async () => {
  const kept = new Uint8Array(8 * MB).fill(1);
  const before = process.memoryUsage().arrayBuffers;
  fill(64);
  giveBackMemory();
  // The pieces themselves are let go beside us, right after it.
  await expect.poll(() => process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * MB);
  expect(kept.at(-1)).toBe(1);
});

function fill(count: number): void {
  const pieces = Array.from({ length: count }, () => new Uint8Array(MB));
  expect(process.memoryUsage().arrayBuffers).toBeGreaterThan(pieces.length * MB);
}
