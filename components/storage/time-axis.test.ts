import fc from "fast-check";
import { expect, test } from "vitest";
import { byteTicks, linear, nearestIndex, timeTicks } from "./time-axis";

const at = (text: string) => Date.parse(`${text}Z`);

test("D-13 a few hours are told by the hour, weeks by the day", () => {
  const hours = timeTicks(at("2026-11-20T20:10:00"), at("2026-11-21T04:50:00"), 6);
  expect(hours.map((tick) => tick.label)).toEqual(["21:00", "21 Nov", "03:00"]);
  const days = timeTicks(at("2026-11-01T05:00:00"), at("2026-11-21T05:00:00"), 5);
  expect(days.map((tick) => tick.label)).toEqual(["5 Nov", "12 Nov", "19 Nov"]);
});

test("D-13 ticks are within the span, evenly apart, and no more than there is room for", () => {
  const span = fc.tuple(fc.integer({ min: 0, max: 4e12 }), fc.integer({ min: 0, max: 200 * 86_400_000 }));
  fc.assert(
    fc.property(span, fc.integer({ min: 2, max: 9 }), ([from, length], most) => {
      const ticks = timeTicks(from, from + length, most);
      expect(ticks.length).toBeLessThanOrEqual(most);
      for (const tick of ticks) expect(tick.at >= from && tick.at <= from + length).toBe(true);
      const steps = new Set(ticks.slice(1).map((tick, index) => tick.at - (ticks[index]?.at ?? 0)));
      expect(steps.size).toBeLessThanOrEqual(1);
    }),
  );
});

test("D-13 sizes on the axis are round, begin at nothing and reach the largest", () => {
  expect(byteTicks(3.5 * 1024 ** 3, 4)).toEqual([0, 1, 2, 3, 4].map((gib) => gib * 1024 ** 3));
  expect(byteTicks(0, 4)).toEqual([0, 1]);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 50 }), (max) => {
      const ticks = byteTicks(max, 4);
      expect(ticks[0]).toBe(0);
      expect(ticks.at(-1)).toBeGreaterThanOrEqual(max);
      expect(ticks.length).toBeLessThanOrEqual(5);
    }),
  );
});

test("D-13 the nearest sample is found, also at the ends", () => {
  const times = [10, 20, 40];
  expect([0, 14, 16, 29, 31, 99].map((time) => nearestIndex(times, time))).toEqual([0, 0, 1, 1, 2, 2]);
  expect(nearestIndex([], 5)).toBe(-1);
  expect(linear([0, 10], [100, 0])(4)).toBe(60);
  expect(linear([5, 5], [0, 80])(5)).toBe(80);
});
