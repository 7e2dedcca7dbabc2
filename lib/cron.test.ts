import { describe, expect, it } from "vitest";
import { cronExpressionProblem, cronInWords, nextCronRuns, timeZoneProblem } from "@/lib/cron";

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
