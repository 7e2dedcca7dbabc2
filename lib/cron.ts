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
  const problem = cronExpressionProblem(schedule.expression) ?? timeZoneProblem(schedule.timeZone);
  if (problem !== null) throw new Error(problem);
  return CronExpressionParser.parse(schedule.expression.trim(), {
    tz: schedule.timeZone,
    currentDate: new Date(afterMs),
  })
    .take(count)
    .map((run) => run.getTime());
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
