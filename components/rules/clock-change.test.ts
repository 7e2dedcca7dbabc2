import { describe, expect, test } from "vitest";
import { clockChangeNote, nextClockChange, wallClock } from "./clock-change";

const NOVEMBER = Date.parse("2026-11-21T12:00:00Z");
const MAY = Date.parse("2027-05-01T12:00:00Z");
const berlin = (expression: string) => ({ expression, timeZone: "Europe/Berlin" });

describe("a schedule where clocks change", () => {
  test("N-16 the next change is found to the minute", () => {
    expect(nextClockChange("Europe/Berlin", NOVEMBER)).toEqual({
      atMs: Date.parse("2027-03-28T01:00:00Z"),
      byMinutes: 60,
    });
    expect(nextClockChange("Europe/Berlin", MAY)).toEqual({ atMs: Date.parse("2027-10-31T01:00:00Z"), byMinutes: -60 });
    expect(nextClockChange("Australia/Lord_Howe", MAY)?.byMinutes).toBe(30);
    expect(nextClockChange("Asia/Shanghai", NOVEMBER)).toBeNull();
  });

  test("N-16 a wall clock is read with its distance from UTC", () => {
    expect(wallClock("Asia/Kolkata", NOVEMBER)).toEqual({ date: "2026-11-21", time: "17:30", offsetMinutes: 330 });
    expect(wallClock("America/New_York", NOVEMBER + 59_999).offsetMinutes).toBe(-300);
  });

  test.each([
    [
      "30 2 * * *",
      NOVEMBER,
      "Clocks go forward on Sun 28 Mar 2027: 02:30 does not exist that day, so it runs at 03:30.",
    ],
    ["0 3 * * 0", NOVEMBER, "Clocks go forward on Sun 28 Mar 2027. It runs at 03:00 before and after."],
    ["30 2 * * *", MAY, "Clocks go back on Sun 31 Oct 2027: 02:30 comes twice that day, and it runs once."],
    ["0 4 * * *", MAY, "Clocks go back on Sun 31 Oct 2027. It runs at 04:00 before and after."],
    ["0 3 * * 1", NOVEMBER, "Clocks go forward on Sun 28 Mar 2027. No run is due that day."],
    ["0 * * * *", NOVEMBER, "Clocks go forward on Sun 28 Mar 2027. Runs keep to the clock on the wall."],
  ])("N-16 what becomes of %s is said", (expression, now, expected) => {
    expect(clockChangeNote(berlin(expression), now)).toBe(expected);
  });

  test("N-16 nothing is said where clocks never change", () => {
    expect(clockChangeNote({ expression: "0 3 * * *", timeZone: "UTC" }, NOVEMBER)).toBeNull();
  });
});
