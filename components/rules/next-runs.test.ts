import { expect, test } from "vitest";
import { zoned } from "./next-runs";

test.each([
  ["2027-03-28T01:30:00Z", "Europe/Berlin", "Sun 28 Mar 2027, 03:30"],
  ["2027-03-28T00:30:00Z", "Europe/Berlin", "Sun 28 Mar 2027, 01:30"],
  ["2026-11-21T23:00:00Z", "Asia/Kolkata", "Sun 22 Nov 2026, 04:30"],
  ["2026-11-21T00:00:00Z", "UTC", "Sat 21 Nov 2026, 00:00"],
])("N-16 %s is read by the clock in %s", (at, timeZone, expected) => {
  expect(zoned(Date.parse(at), timeZone)).toBe(expected);
});
