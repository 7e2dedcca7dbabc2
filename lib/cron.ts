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

function* cronRuns(schedule: CronSchedule, afterMs: number): Generator<number> {
  const problem = cronExpressionProblem(schedule.expression) ?? timeZoneProblem(schedule.timeZone);
  if (problem !== null) throw new Error(problem);
  // Asked within an hour that is there twice, or right after one that was left out, the parser knows nothing of what ran before it, and
  // has the same run once more, or not at all: it is asked from before the change then.
  const before = afterMs - CLOCK_CHANGE_MS;
  const hasChanged = offsetMs(afterMs, schedule.timeZone) !== offsetMs(before, schedule.timeZone);
  const runs = CronExpressionParser.parse(schedule.expression.trim(), {
    tz: schedule.timeZone,
    currentDate: new Date(hasChanged ? before : afterMs),
  });
  while (true) {
    const run = runs.next().getTime();
    if (run > afterMs) yield run;
  }
}

/** How far a zone's clocks are from UTC at a moment. */
function offsetMs(atMs: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat("en-US", {
    ...{ timeZone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric" },
    ...{ hour: "numeric", minute: "numeric", second: "numeric" },
  }).formatToParts(new Date(atMs));
  const part = (type: string) => Number(parts.find((one) => one.type === type)?.value ?? 0);
  const wall = Date.UTC(
    ...([part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second")] as const),
  );
  return wall - Math.floor(atMs / 1000) * 1000;
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
