import { ruleDefinitionSchema } from "@/domain/rules/rule";
import { type CronSchedule, cronRunsBetween, lastCronRun } from "@/lib/cron";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** A schedule that was due longer ago than this is not caught up with. */
const CATCH_UP_WITHIN_MS = DAY_MS;
/** What comes due within a minute is one firing: a schedule of every few seconds is not missed between two looks at the clock. */
const ON_TIME_MS = MINUTE_MS;
/** So many missed times are recorded one by one. */
const MISSED_MAX = 50;

export interface DueTimes {
  /** the time to fire for; null where all of them are too long ago */
  fireFor: Date | null;
  isLate: boolean;
  /** times before it that nobody was there for, the earliest first */
  missed: Date[];
  /** more were missed than those */
  hasMoreMissed: boolean;
}

/**
 * What to do about a schedule whose next run was to be at `dueAt`, seen at `now`: fire once, for the latest time that is not longer ago
 * than a day; everything before it was missed.
 */
export function dueTimes(definition: unknown, dueAt: Date, now: Date): DueTimes {
  const { schedule } = ruleDefinitionSchema.parse(definition);
  return schedule.kind === "cron" ? dueTimesOf(schedule, dueAt, now) : NOT_DUE;
}

const NOT_DUE: DueTimes = { fireFor: null, isLate: false, missed: [], hasMoreMissed: false };

/** The same for a cron schedule by itself. */
export function dueTimesOf(schedule: CronSchedule, dueAt: Date, now: Date): DueTimes {
  const [dueMs, nowMs] = [dueAt.getTime(), now.getTime()];
  if (dueMs > nowMs) return NOT_DUE;
  const latest = lastCronRun(schedule, Math.max(dueMs - 1, nowMs - CATCH_UP_WITHIN_MS - 1), nowMs);
  const missedUntil = latest === null ? nowMs : Math.min(latest - 1, nowMs - ON_TIME_MS);
  const missed = cronRunsBetween(schedule, dueMs - 1, missedUntil, MISSED_MAX + 1);
  return {
    fireFor: latest === null ? null : new Date(latest),
    isLate: latest !== null && nowMs - latest > ON_TIME_MS,
    missed: missed.slice(0, MISSED_MAX).map((ms) => new Date(ms)),
    hasMoreMissed: missed.length > MISSED_MAX,
  };
}
