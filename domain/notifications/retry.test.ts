import { expect, test } from "vitest";
import { ATTEMPTS_MAX, isWorthRetrying, retryDelayMs } from "./retry";

test("N-15 each attempt waits longer than the one before, for most of a day, and then they end", () => {
  const delays = Array.from({ length: ATTEMPTS_MAX }, (_, i) => retryDelayMs(i + 1));
  expect(delays.at(-1)).toBeNull();
  const waits = delays.slice(0, -1).map(Number);
  expect(waits).toEqual(waits.toSorted((a, b) => a - b));
  expect(new Set(waits).size).toBe(waits.length);
  expect(waits.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThan(20 * 3_600_000);
});

test("N-15 only a receiver that is gone for good is not asked again", () => {
  expect([null, 301, 400, 404, 429, 500].every(isWorthRetrying)).toBe(true);
  expect(isWorthRetrying(410)).toBe(false);
});
