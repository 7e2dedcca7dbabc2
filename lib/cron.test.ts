import { describe, expect, it } from "vitest";
import { cronExpressionProblem, cronInWords, lastCronRun, nextCronRuns, timeZoneProblem } from "@/lib/cron";

const iso = (expression: string, timeZone: string, after: string, count: number) =>
  nextCronRuns({ expression, timeZone }, Date.parse(after), count).map((run) => new Date(run).toISOString());

describe("cron", () => {
  it("takes 5 and 6 fields", () => {
    expect(iso("30 3 * * 0", "UTC", "2026-01-01T00:00:00Z", 2)).toEqual([
      "2026-01-04T03:30:00.000Z",
      "2026-01-11T03:30:00.000Z",
    ]);
    expect(iso("15 30 3 * * 0", "UTC", "2026-01-01T00:00:00Z", 1)).toEqual(["2026-01-04T03:30:15.000Z"]);
  });

  it("a run at the very moment is not among the next ones", () => {
    expect(iso("0 3 * * *", "UTC", "2026-01-01T03:00:00Z", 1)).toEqual(["2026-01-02T03:00:00.000Z"]);
  });

  it("keeps the local hour over both changes of the clocks", () => {
    expect(iso("0 12 * * *", "Europe/Berlin", "2026-03-28T00:00:00Z", 2)).toEqual([
      "2026-03-28T11:00:00.000Z",
      "2026-03-29T10:00:00.000Z",
    ]);
    expect(iso("0 12 * * *", "Europe/Berlin", "2026-10-24T00:00:00Z", 2)).toEqual([
      "2026-10-24T10:00:00.000Z",
      "2026-10-25T11:00:00.000Z",
    ]);
  });

  it("runs a time that does not exist once, shifted, and a time that exists twice once", () => {
    expect(iso("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", 2)).toEqual([
      "2026-03-29T01:30:00.000Z",
      "2026-03-30T00:30:00.000Z",
    ]);
    expect(iso("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", 2)).toEqual([
      "2026-10-25T00:30:00.000Z",
      "2026-10-26T01:30:00.000Z",
    ]);
  });

  it("asked at any moment around a change of the clocks, it knows the runs that were before", () => {
    // 02:30 is there at 00:30 and 01:30 UTC; it ran at the first.
    for (const after of ["00:30:00", "00:45:00", "01:00:00", "01:10:00", "01:59:00"])
      expect(iso("30 2 * * *", "Europe/Berlin", `2026-10-25T${after}Z`, 1)).toEqual(["2026-10-26T01:30:00.000Z"]);
    // 02:30 is not there; it runs at 03:30, also for whoever asks at 03:10.
    for (const after of ["00:59:59", "01:00:00", "01:10:00", "01:29:59"])
      expect(iso("30 2 * * *", "Europe/Berlin", `2026-03-29T${after}Z`, 1)).toEqual(["2026-03-29T01:30:00.000Z"]);
  });

  it("runs each hour as time goes by, not as the clock shows it", () => {
    expect(iso("30 * * * *", "Europe/Berlin", "2026-10-25T00:00:00Z", 3)).toEqual([
      ...["2026-10-25T00:30:00.000Z", "2026-10-25T01:30:00.000Z", "2026-10-25T02:30:00.000Z"],
    ]);
    expect(iso("30 * * * *", "Europe/Berlin", "2026-03-29T00:00:00Z", 3)).toEqual([
      ...["2026-03-29T00:30:00.000Z", "2026-03-29T01:30:00.000Z", "2026-03-29T02:30:00.000Z"],
    ]);
  });

  it("takes clocks that change by half an hour, by two hours and at midnight", () => {
    const days = (expression: string, timeZone: string, after: string) =>
      iso(expression, timeZone, after, 3).map((run) => run.slice(5, 16));
    expect(days("0 3 * * *", "Australia/Lord_Howe", "2026-04-03T00:00:00Z")).toEqual([
      ...["04-03T16:00", "04-04T16:30", "04-05T16:30"],
    ]);
    expect(days("15 2 * * *", "Australia/Lord_Howe", "2026-10-02T00:00:00Z")).toEqual([
      ...["10-02T15:45", "10-03T15:45", "10-04T15:15"],
    ]);
    expect(days("30 2 * * *", "Antarctica/Troll", "2026-10-24T12:00:00Z")).toEqual([
      ...["10-25T00:30", "10-26T02:30", "10-27T02:30"],
    ]);
    expect(days("30 0 * * *", "America/Havana", "2026-03-07T12:00:00Z")).toEqual([
      ...["03-08T05:30", "03-09T04:30", "03-10T04:30"],
    ]);
  });

  it("two times that a change makes one run once", () => {
    expect(iso("0,30 2,3 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", 3)).toEqual([
      ...["2026-03-29T01:00:00.000Z", "2026-03-29T01:30:00.000Z", "2026-03-30T00:00:00.000Z"],
    ]);
  });

  it("finds the latest run without walking through all of them", () => {
    const last = (expression: string, after: string, until: string) =>
      lastCronRun({ expression, timeZone: "UTC" }, Date.parse(after), Date.parse(until));
    const now = "2026-11-20T12:00:00Z";
    expect(last("* * * * * *", "2026-11-19T12:00:00Z", now)).toBe(Date.parse(now));
    expect(last("0 3 * * *", "2026-11-19T12:00:00Z", now)).toBe(Date.parse("2026-11-20T03:00:00Z"));
    expect(last("0 3 * * *", "2026-11-20T03:00:00Z", now)).toBeNull();
    expect(last("0 11 * * *", "2026-11-20T11:59:00Z", now)).toBeNull();
  });

  it.each([
    ["", /5 fields/],
    ["* * *", /5 fields/],
    ["@daily", /5 fields/],
    ["1 2 3 4 5 6 7", /5 fields/],
    ["61 * * * *", /not a cron/],
    ["0 0 30 2 *", /not a cron/],
    ["H 3 * * *", /H/],
    ["x 3 * * *", /not a cron/],
  ])("refuses %s", (expression, reason) => {
    expect(cronExpressionProblem(expression)).toMatch(reason);
    expect(() => iso(expression, "UTC", "2026-01-01T00:00:00Z", 1)).toThrow(reason);
  });

  it("refuses an unknown zone and takes IANA names", () => {
    expect(timeZoneProblem("Nope/Zone")).toMatch(/IANA/);
    expect(timeZoneProblem("+02:00")).toMatch(/IANA/);
    expect(timeZoneProblem("Europe/Berlin")).toBeNull();
    expect(timeZoneProblem("UTC")).toBeNull();
    expect(() => iso("0 3 * * *", "Nope/Zone", "2026-01-01T00:00:00Z", 1)).toThrow(/IANA/);
  });

  it("says the schedule in words with its zone", () => {
    expect(cronInWords({ expression: "0 3 * * 0", timeZone: "Europe/Berlin" })).toBe(
      "At 03:00, only on Sunday (Europe/Berlin)",
    );
    expect(cronInWords({ expression: "nonsense", timeZone: "UTC" })).toBe("nonsense (UTC)");
  });
});
