import fc from "fast-check";
import { expect, test } from "vitest";
import { estimateDuration } from "./estimate-duration";

const past = fc.array(
  fc.record({ seconds: fc.integer({ min: 0, max: 1e5 }), work: fc.integer({ min: 0, max: 1e7 }) }),
  {
    minLength: 1,
    maxLength: 12,
  },
);

test("R-16 nothing to go by, nothing said", () => {
  expect(estimateDuration([], 1_000)).toBeNull();
});

test("R-16 the median pace of the latest ones, so that one bad night does not count for more", () => {
  const usual = { seconds: 100, work: 1_000 };
  expect(estimateDuration([usual, { seconds: 9_000, work: 1_000 }, usual], 2_000)).toBe(200);
  expect(estimateDuration([usual, { seconds: 300, work: 1_000 }], 1_000)).toBe(200);
  // Older than the latest five.
  expect(estimateDuration([...Array(5).fill(usual), ...Array(9).fill({ seconds: 9_000, work: 10 })], 1_000)).toBe(100);
});

test("R-16 law: more work never takes less, and no run is said to be quicker than the quickest was", () => {
  fc.assert(
    fc.property(past, fc.integer({ min: 0, max: 1e7 }), fc.integer({ min: 0, max: 1e6 }), (runs, work, more) => {
      const [seconds, longer] = [estimateDuration(runs, work) ?? -1, estimateDuration(runs, work + more) ?? -1];
      expect(longer).toBeGreaterThanOrEqual(seconds);
      expect(seconds).toBeGreaterThanOrEqual(Math.min(...runs.slice(0, 5).map((run) => run.seconds)));
    }),
  );
});

test("R-16 law: where every run had the same pace, it is that pace", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 1_000 }),
      fc.integer({ min: 1_000, max: 9_000 }),
      (n, pace, work) => {
        const runs = Array.from({ length: n }, (_, i) => ({ seconds: (i + 1) * pace, work: i + 1 }));
        expect(estimateDuration(runs, work)).toBe(pace * work);
      },
    ),
  );
});
