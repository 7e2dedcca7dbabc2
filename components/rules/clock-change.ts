import { nextCronRuns } from "@/lib/cron";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** A zone that changes its clocks does so within this time; looked at week by week, since no two changes are closer. */
const LOOK_AHEAD_MS = 400 * DAY_MS;
const STEP_MS = 7 * DAY_MS;

/** The wall clock of a zone at a moment: its date, its time, and how far it is from UTC. */
export interface WallClock {
  /** 2027-03-28 */
  date: string;
  /** 02:30 */
  time: string;
  offsetMinutes: number;
}

/** Reads the wall clock of an IANA zone at a moment (epoch ms). Throws a RangeError for an unknown zone. */
export function wallClock(timeZone: string, atMs: number): WallClock {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
  });
  const part = Object.fromEntries(format.formatToParts(atMs).map(({ type, value }) => [type, value]));
  const date = `${part.year}-${part.month}-${part.day}`;
  const time = `${part.hour}:${part.minute}`;
  const wholeMinute = Math.floor(atMs / MINUTE_MS) * MINUTE_MS;
  return { date, time, offsetMinutes: (Date.parse(`${date}T${time}:00Z`) - wholeMinute) / MINUTE_MS };
}

/** When a zone next changes its clocks (epoch ms), and by how many minutes; null where it does not within 400 days. */
export function nextClockChange(timeZone: string, afterMs: number): { atMs: number; byMinutes: number } | null {
  const offset = (atMs: number) => wallClock(timeZone, atMs).offsetMinutes;
  const now = offset(afterMs);
  for (let from = afterMs; from < afterMs + LOOK_AHEAD_MS; from += STEP_MS) {
    const later = offset(from + STEP_MS);
    if (later === now) continue;
    let before = from;
    let after = from + STEP_MS;
    while (after - before > MINUTE_MS) {
      const middle = Math.floor((before + after) / 2 / MINUTE_MS) * MINUTE_MS;
      if (middle <= before) break;
      if (offset(middle) === now) before = middle;
      else after = middle;
    }
    return { atMs: after, byMinutes: later - now };
  }
  return null;
}

/**
 * What the next change of clocks does to a schedule, for people; null where the zone has none. Expects a valid expression and zone.
 * `now` is epoch ms.
 */
export function clockChangeNote(schedule: { expression: string; timeZone: string }, now: number): string | null {
  const change = nextClockChange(schedule.timeZone, now);
  if (change === null) return null;
  const day = wallClock(schedule.timeZone, change.atMs).date;
  const isForward = change.byMinutes > 0;
  const head = `Clocks go ${isForward ? "forward" : "back"} on ${dayText(day)}`;
  const [first, ...others] = nextCronRuns(schedule, startOfDay(schedule.timeZone, change.atMs) - 1, 2)
    .map((at) => wallClock(schedule.timeZone, at))
    .filter((clock) => clock.date === day)
    .map((clock) => clock.time);
  if (first === undefined) return `${head}. No run is due that day.`;
  if (others.length > 0) return `${head}. Runs keep to the clock on the wall.`;
  // The same schedule a day with 24 hours: which time it means.
  const meant = timesOfPlainDay(schedule)[0] ?? first;
  if (meant !== first) return `${head}: ${meant} does not exist that day, so it runs at ${first}.`;
  if (!isForward && comesTwice(schedule.timeZone, change.atMs, first)) {
    return `${head}: ${first} comes twice that day, and it runs once.`;
  }
  return `${head}. It runs at ${first} before and after.`;
}

/** The first moment of the day on which clocks change, which is still counted in the offset before the change. */
function startOfDay(timeZone: string, changeAtMs: number): number {
  const before = wallClock(timeZone, changeAtMs - MINUTE_MS);
  // Where clocks go forward at midnight the day begins with the change.
  if (before.date !== wallClock(timeZone, changeAtMs).date) return changeAtMs;
  const [hours, minutes] = before.time.split(":").map(Number);
  return changeAtMs - ((hours ?? 0) * 60 + (minutes ?? 0) + 1) * MINUTE_MS;
}

/** The times of day that a schedule names: those of a zone whose clocks never change. */
function timesOfPlainDay(schedule: { expression: string }): string[] {
  return nextCronRuns({ ...schedule, timeZone: "UTC" }, 0, 1).map((at) => wallClock("UTC", at).time);
}

function comesTwice(timeZone: string, changeAtMs: number, time: string): boolean {
  const last = wallClock(timeZone, changeAtMs - MINUTE_MS).time;
  const repeatedFrom = wallClock(timeZone, changeAtMs).time;
  return time >= repeatedFrom && time <= last;
}

/** "Sun 28 Mar 2027" */
function dayText(date: string): string {
  return new Intl.DateTimeFormat("en-GB", {
    timeZone: "UTC",
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
  })
    .format(new Date(`${date}T00:00:00Z`))
    .replace(",", "");
}
