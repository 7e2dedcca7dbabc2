import { CronExpressionParser } from "cron-parser";
import cronstrue from "cronstrue";

export interface CronSchedule {
  /** 5 fields (minute first) or 6 (second first). */
  expression: string;
  /** An IANA time zone such as Europe/Berlin. */
  timeZone: string;
}

/** What is wrong with a cron expression, in words, or null where it is fine. An expression that can never come due is wrong too. */
export function cronExpressionProblem(expression: string): string | null {
  const fields = expression.trim().split(/\s+/);
  if (expression.trim() === "" || (fields.length !== 5 && fields.length !== 6)) {
    return "a schedule has 5 fields (minute hour day month weekday), or 6 with seconds first";
  }
  if (fields.some((field) => /^H/i.test(field))) return "“H” is not supported: write the value itself";
  try {
    // Any fixed moment will do: what is checked is that one run follows it.
    CronExpressionParser.parse(fields.join(" "), { tz: "UTC", currentDate: new Date(0) }).next();
    return null;
  } catch (error) {
    return `not a cron expression: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** What is wrong with a time zone's name, or null where it is fine. */
export function timeZoneProblem(timeZone: string): string | null {
  const problem = "not an IANA time zone; examples: UTC, Europe/Berlin, Asia/Shanghai";
  if (!/^[A-Za-z][A-Za-z0-9_+/-]*$/.test(timeZone)) return problem;
  try {
    new Intl.DateTimeFormat("en", { timeZone });
    return null;
  } catch {
    return problem;
  }
}

/**
 * The next runs after a moment, exclusive, as epoch ms in ascending order. Where clocks spring forward, a time that does not exist runs
 * at its shifted time; where they fall back, a fixed hour runs once. Throws an Error where schedule or zone are wrong.
 */
export function nextCronRuns(schedule: CronSchedule, afterMs: number, count: number): number[] {
  const runs: number[] = [];
  for (const run of cronRuns(schedule, afterMs)) {
    if (runs.length >= count) break;
    runs.push(run);
  }
  return runs;
}

/** The runs after a moment (exclusive) until another (inclusive), at most `max` of them, the earliest first. Throws as `nextCronRuns`. */
export function cronRunsBetween(schedule: CronSchedule, afterMs: number, untilMs: number, max: number): number[] {
  const runs: number[] = [];
  for (const run of cronRuns(schedule, afterMs)) {
    if (run > untilMs || runs.length >= max) break;
    runs.push(run);
  }
  return runs;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** A run for each second of an hour. */
const RUNS_PER_HOUR_MAX = 3600;

/**
 * The latest run after one moment (exclusive) and until another (inclusive), at most a day apart; null where there is none. Looked for
 * in growing windows, so that a schedule of every second is not walked through for a day. Throws as `nextCronRuns`.
 */
export function lastCronRun(schedule: CronSchedule, afterMs: number, untilMs: number): number | null {
  for (const windowMs of [MINUTE_MS, HOUR_MS, 25 * HOUR_MS]) {
    const from = Math.max(afterMs, untilMs - windowMs);
    // With none in the last hour, a day holds no more than its other hours can.
    const last = cronRunsBetween(schedule, from, untilMs, 24 * RUNS_PER_HOUR_MAX).at(-1);
    if (last !== undefined) return last;
    if (from === afterMs) return null;
  }
  return null;
}

/** A change of the clocks moves them by so much at most (the usual one is an hour). */
const CLOCK_CHANGE_MS = 3 * HOUR_MS;
const DAY_MS = 24 * HOUR_MS;

/**
 * The schedule is read as times on a wall clock that never changes, and each of them put into the zone. The parser itself is not asked for
 * runs in a zone: where clocks change by half an hour it finds none or leaves a day out, and asked within an hour that is there twice it has
 * the same run once more.
 */
function* cronRuns(schedule: CronSchedule, afterMs: number): Generator<number> {
  const problem = cronExpressionProblem(schedule.expression) ?? timeZoneProblem(schedule.timeZone);
  if (problem !== null) throw new Error(problem);
  const offsetAt = offsetsOf(schedule.timeZone);
  const isNearChange = offsetAt(afterMs - CLOCK_CHANGE_MS) !== offsetAt(afterMs + CLOCK_CHANGE_MS);
  const wallMs = afterMs + offsetAt(afterMs) - (isNearChange ? 2 * CLOCK_CHANGE_MS : 0);
  const walls = CronExpressionParser.parse(schedule.expression.trim(), { tz: "UTC", currentDate: new Date(wallMs) });
  const isEachHour = walls.fields.hour.values.length === 24;
  // Around a change the order of runs is not that of their times on the wall, and two of these may be one run.
  let pending: number[] = [];
  let last = afterMs;
  while (true) {
    const wall = walls.next().getTime();
    const [before, after] = [offsetAt(wall - DAY_MS), offsetAt(wall + DAY_MS)];
    const earliest = wall - Math.max(before, after);
    for (const run of pending.filter((one) => one < earliest).sort((a, b) => a - b)) {
      if (run > last) yield run;
      last = Math.max(last, run);
    }
    pending = pending.filter((one) => one >= earliest);
    pending.push(...momentsOf(wall, before, after, offsetAt, isEachHour));
  }
}

/** When a zone's clocks show a time: once; twice where they go back, of which a fixed hour takes the first; never where they go forward: a fixed hour comes later by as much. */
function momentsOf(
  wall: number,
  before: number,
  after: number,
  offsetAt: (ms: number) => number,
  isEachHour: boolean,
): number[] {
  const moments = [...new Set([wall - before, wall - after])]
    .filter((moment) => moment + offsetAt(moment) === wall)
    .sort((a, b) => a - b);
  if (moments.length === 0) return isEachHour ? [] : [wall - before];
  return isEachHour ? moments : moments.slice(0, 1);
}

/** How far a zone's clocks are from UTC at a moment, remembered by quarters of an hour: no zone changes in between. */
function offsetsOf(timeZone: string): (atMs: number) => number {
  const format = new Intl.DateTimeFormat("en-US", {
    ...{ timeZone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric" },
    ...{ hour: "numeric", minute: "numeric", second: "numeric" },
  });
  const known = new Map<number, number>();
  return (atMs) => {
    const quarter = Math.floor(atMs / (15 * MINUTE_MS));
    let offset = known.get(quarter);
    if (offset === undefined) {
      const startMs = quarter * 15 * MINUTE_MS;
      const parts = format.formatToParts(new Date(startMs));
      const part = (type: string) => Number(parts.find((one) => one.type === type)?.value ?? 0);
      const day = [part("year"), part("month") - 1, part("day")] as const;
      offset = Date.UTC(...day, part("hour"), part("minute"), part("second")) - startMs;
      known.set(quarter, offset);
    }
    return offset;
  };
}

/** The schedule in words: “At 03:00, only on Sunday (Europe/Berlin)”. Falls back to the expression where it cannot be put in words. */
export function cronInWords(schedule: CronSchedule): string {
  if (cronExpressionProblem(schedule.expression) !== null) return `${schedule.expression} (${schedule.timeZone})`;
  const words = cronstrue.toString(schedule.expression, {
    use24HourTimeFormat: true,
    throwExceptionOnParseError: false,
  });
  return `${words} (${schedule.timeZone})`;
}
