import { describe, expect, it } from "vitest";
import { formatClock, formatDate, formatDateTime, formatDuration, formatRelative } from "./dates";

const NOW = "2026-11-21T09:42:07.000Z";
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const from = (offsetMs: number) => new Date(Date.parse(NOW) + offsetMs).toISOString();

describe("formatRelative", () => {
  it.each([
    [0, "just now"],
    [-44 * SECOND, "just now"],
    [30 * SECOND, "in a moment"],
    [-50 * SECOND, "1 minute ago"],
    [-5 * MINUTE, "5 minutes ago"],
    [-(2 * HOUR - 1), "1 hour ago"],
    [-2 * HOUR, "2 hours ago"],
    [3 * DAY, "in 3 days"],
    [-(3 * DAY - 1), "2 days ago"],
    [-59 * DAY, "59 days ago"],
    [-90 * DAY, "2 months ago"],
    [-365 * DAY, "11 months ago"],
    [-800 * DAY, "2 years ago"],
  ])("%d ms → %s", (offsetMs, text) => {
    expect(formatRelative(NOW, from(offsetMs))).toBe(text);
  });

  it("does not invent a distance for an unreadable date", () => {
    expect(formatRelative(NOW, "never")).toBe("unknown");
  });
});

describe("formatDuration", () => {
  it.each([
    [-5, "0 ms"],
    [850, "850 ms"],
    [12_900, "12 s"],
    [185_000, "3 min 05 s"],
    [2 * HOUR + 7 * MINUTE, "2 h 07 min"],
    [4 * DAY + 3 * HOUR, "4 d 3 h"],
    [Number.NaN, "–"],
  ])("%d → %s", (durationMs, text) => {
    expect(formatDuration(durationMs)).toBe(text);
  });
});

describe("formatClock", () => {
  it("reads 0:00 only when nothing is left", () => {
    expect(formatClock(1)).toBe("0:01");
    expect(formatClock(0)).toBe("0:00");
    expect(formatClock(-1)).toBe("0:00");
    expect(formatClock(245_000)).toBe("4:05");
    expect(formatClock(HOUR + 129_000)).toBe("1:02:09");
  });
});

describe("formatDateTime", () => {
  it("is UTC whatever the machine's zone", () => {
    expect(formatDateTime(NOW)).toBe("21 Nov 2026, 09:42 UTC");
    expect(formatDateTime(NOW, { seconds: true })).toBe("21 Nov 2026, 09:42:07 UTC");
    expect(formatDateTime("2026-11-21T01:30:00+09:00")).toBe("20 Nov 2026, 16:30 UTC");
    expect(formatDate(NOW)).toBe("21 Nov 2026");
    expect(formatDateTime("")).toBe("unknown");
  });
});
