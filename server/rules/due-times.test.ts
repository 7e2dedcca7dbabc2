import fc from "fast-check";
import { expect, test } from "vitest";
import type { RuleDefinition } from "@/domain/rules/rule";
import { cronRunsBetween, nextCronRuns } from "@/lib/cron";
import { dueTimes } from "./due-times";
import { nextRunOf } from "./next-run";

const rule = (expression: string, timeZone = "UTC"): RuleDefinition => ({
  effect: "reclaim",
  select: {
    repositories: { include: [], exclude: [] },
    tags: { include: [], exclude: [] },
    state: "any",
    kinds: "any",
  },
  when: [],
  schedule: { kind: "cron", expression, timeZone },
  limits: {},
  allowLastArtifact: false,
});

const at = (iso: string) => new Date(iso);
const seen = (expression: string, dueAt: string, now: string, timeZone?: string) => {
  const { fireFor, missed, ...rest } = dueTimes(rule(expression, timeZone), at(dueAt), at(now));
  return { fireFor: fireFor?.toISOString() ?? null, missed: missed.map((one) => one.toISOString()), ...rest };
};

test("N-16 a schedule fires for its time, and nothing was missed", () => {
  expect(seen("0 3 * * *", "2026-11-20T03:00:00Z", "2026-11-20T03:00:04Z")).toEqual({
    ...{ fireFor: "2026-11-20T03:00:00.000Z", isLate: false, missed: [], hasMoreMissed: false },
  });
});

test("N-16 what is not due yet does not fire", () => {
  expect(seen("0 3 * * *", "2026-11-20T03:00:00Z", "2026-11-20T02:59:59Z").fireFor).toBeNull();
});

test("N-16 after nobody was there it fires once, for the latest time; earlier ones were missed", () => {
  expect(seen("0 3 * * *", "2026-11-18T03:00:00Z", "2026-11-20T09:00:00Z")).toEqual({
    fireFor: "2026-11-20T03:00:00.000Z",
    isLate: true,
    missed: ["2026-11-18T03:00:00.000Z", "2026-11-19T03:00:00.000Z"],
    hasMoreMissed: false,
  });
});

test("N-16 a time that is longer ago than a day is missed for good", () => {
  expect(seen("0 3 * * 0", "2026-11-15T03:00:00Z", "2026-11-16T03:00:01Z")).toMatchObject({
    ...{ fireFor: null, missed: ["2026-11-15T03:00:00.000Z"] },
  });
  expect(seen("0 3 * * 0", "2026-11-15T03:00:00Z", "2026-11-16T03:00:00Z")).toMatchObject({
    ...{ fireFor: "2026-11-15T03:00:00.000Z", missed: [] },
  });
});

test("N-16 a schedule of every second is one firing, and a long absence is not walked through", () => {
  expect(seen("* * * * * *", "2026-11-20T03:00:00Z", "2026-11-20T03:00:05Z")).toMatchObject({
    ...{ fireFor: "2026-11-20T03:00:05.000Z", missed: [], isLate: false },
  });
  const away = seen("* * * * * *", "2026-10-20T03:00:00Z", "2026-11-20T03:00:00Z");
  expect(away).toMatchObject({ fireFor: "2026-11-20T03:00:00.000Z", hasMoreMissed: true });
  expect(away.missed).toHaveLength(50);
});

test("N-16 on the day that clocks go back, a fixed hour fires once, however late anybody looks", () => {
  // 02:30 is there twice: at 00:30 and at 01:30 UTC.
  const [zone, expression] = ["Europe/Berlin", "30 2 * * *"];
  for (const now of ["00:30:03", "00:59:59", "01:00:00", "01:10:00", "01:30:01", "02:00:00"]) {
    const moment = `2026-10-25T${now}Z`;
    expect(seen(expression, "2026-10-25T00:30:00Z", moment, zone), now).toMatchObject({
      ...{ fireFor: "2026-10-25T00:30:00.000Z", missed: [] },
    });
    const next = nextRunOf({ definition: rule(expression, zone), isEnabled: true }, at(moment));
    expect(next?.toISOString(), now).toBe("2026-10-26T01:30:00.000Z");
  }
});

test("N-16 on the day that clocks go forward, a time that is left out fires once, an hour later", () => {
  // 02:30 is not there: it fires at 03:30 summer time, 01:30 UTC.
  const [zone, expression] = ["Europe/Berlin", "30 2 * * *"];
  for (const after of ["00:59:59", "01:00:00", "01:10:00", "01:29:59"]) {
    const next = nextRunOf({ definition: rule(expression, zone), isEnabled: true }, at(`2026-03-29T${after}Z`));
    expect(next?.toISOString(), after).toBe("2026-03-29T01:30:00.000Z");
  }
  expect(seen(expression, "2026-03-29T01:30:00Z", "2026-03-29T04:00:00Z", zone)).toMatchObject({
    ...{ fireFor: "2026-03-29T01:30:00.000Z", missed: [] },
  });
});

test("N-16 disabled, protecting and manual rules have no next run", () => {
  const now = at("2026-11-20T00:00:00Z");
  expect(nextRunOf({ definition: rule("0 3 * * *"), isEnabled: true }, now)).toEqual(at("2026-11-20T03:00:00Z"));
  expect(nextRunOf({ definition: rule("0 3 * * *"), isEnabled: false }, now)).toBeNull();
  expect(nextRunOf({ definition: { ...rule("0 3 * * *"), effect: "protect" }, isEnabled: true }, now)).toBeNull();
  const manual = { ...rule("0 3 * * *"), schedule: { kind: "manual" } };
  expect(nextRunOf({ definition: manual, isEnabled: true }, now)).toBeNull();
});

test("N-16 whenever anybody looks, each time of a schedule is fired for, missed, or yet to come: none twice, none lost", () => {
  const expressions = ["0 3 * * *", "30 2 * * *", "*/20 * * * *", "15 */6 * * 1-5", "0 30 1 * * *", "10 0 1 * *"];
  const zones = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"];
  const days = ["2026-03-08", "2026-03-29", "2026-04-05", "2026-07-01", "2026-10-04", "2026-10-25", "2026-11-01"];
  fc.assert(
    fc.property(
      fc.constantFrom(...expressions),
      fc.constantFrom(...zones),
      fc.constantFrom(...days),
      fc.array(fc.integer({ min: 1, max: 9 * 60 }), { minLength: 1, maxLength: 8 }),
      (expression, timeZone, day, gapsMinutes) => {
        const startMs = Date.parse(`${day}T00:00:00Z`) - 6 * 3_600_000;
        const definition = rule(expression, timeZone);
        let due = nextRunOf({ definition, isEnabled: true }, new Date(startMs));
        let nowMs = startMs;
        const dealtWith: number[] = [];
        for (const gap of gapsMinutes) {
          nowMs += gap * 60_000;
          if (due === null || due.getTime() > nowMs) continue;
          const times = dueTimes(definition, due, new Date(nowMs));
          dealtWith.push(...times.missed.map((one) => one.getTime()));
          if (times.fireFor !== null) dealtWith.push(times.fireFor.getTime());
          due = nextRunOf({ definition, isEnabled: true }, new Date(nowMs));
        }
        const schedule = { expression, timeZone };
        const all = cronRunsBetween(schedule, startMs, nowMs, 1000);
        expect(new Set(dealtWith).size).toBe(dealtWith.length);
        expect(dealtWith).toEqual(all);
        expect(due?.getTime()).toBe(nextCronRuns(schedule, startMs, all.length + 1).at(-1));
      },
    ),
    { numRuns: 60 },
  );
});
