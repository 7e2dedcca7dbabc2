import { expect, test } from "vitest";
import { retentionEffect } from "./retention-effect";

const NOW = Date.parse("2026-11-21T12:00:00Z");
const daysAgo = (days: number) => new Date(NOW - days * 86_400_000).toISOString();
const bin = [daysAgo(0), daysAgo(5), daysAgo(7), daysAgo(20), daysAgo(40)];

test("a shorter time makes due what is older than it, and was not due before", () => {
  expect(retentionEffect(bin, 30, 7, NOW)).toEqual({ entryCount: 5, dueAtOnce: 2 });
});

test("an entry is due at the very moment, not a day later", () => {
  expect(retentionEffect([daysAgo(7)], 30, 7, NOW).dueAtOnce).toBe(1);
  expect(retentionEffect([daysAgo(6.999)], 30, 7, NOW).dueAtOnce).toBe(0);
});

test("a longer time makes nothing due", () => {
  expect(retentionEffect(bin, 30, 90, NOW)).toEqual({ entryCount: 5, dueAtOnce: 0 });
});

test("an empty bin is not touched", () => {
  expect(retentionEffect([], 30, 1, NOW)).toEqual({ entryCount: 0, dueAtOnce: 0 });
});
