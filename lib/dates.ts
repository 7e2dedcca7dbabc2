const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;

/** A moment as the callers have it: an ISO string, a Date, or milliseconds since 1970. */
export type Moment = string | number | Date;

function toMs(moment: Moment): number {
  return typeof moment === "number" ? moment : new Date(moment).getTime();
}

function plural(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

/**
 * Says how far `at` is from `now`: "just now", "5 minutes ago", "in 3 days", "2 years ago". Counts are rounded down, so that "3 days ago"
 * is at least three days. An unreadable date reads "unknown".
 */
export function formatRelative(now: Moment, at: Moment): string {
  const differenceMs = toMs(at) - toMs(now);
  if (!Number.isFinite(differenceMs)) return "unknown";
  const distanceMs = Math.abs(differenceMs);
  if (distanceMs < 45 * SECOND_MS) return differenceMs > 5 * SECOND_MS ? "in a moment" : "just now";
  const amount = describeDistance(distanceMs);
  return differenceMs > 0 ? `in ${amount}` : `${amount} ago`;
}

function describeDistance(distanceMs: number): string {
  if (distanceMs < HOUR_MS) return plural(Math.max(1, Math.floor(distanceMs / MINUTE_MS)), "minute");
  if (distanceMs < DAY_MS) return plural(Math.floor(distanceMs / HOUR_MS), "hour");
  const days = Math.floor(distanceMs / DAY_MS);
  if (days < 60) return plural(days, "day");
  if (days < 730) return plural(Math.floor(days / 30.44), "month");
  return plural(Math.floor(days / 365.25), "year");
}

/**
 * Formats a length of time with its two largest units: "850 ms", "12 s", "3 min 05 s", "2 h 07 min", "4 d 3 h". Negative counts as zero.
 * Not a finite number reads "–".
 */
export function formatDuration(durationMs: number): string {
  if (!Number.isFinite(durationMs)) return "–";
  const wholeMs = Math.max(0, Math.floor(durationMs));
  if (wholeMs < SECOND_MS) return `${wholeMs} ms`;
  if (wholeMs < MINUTE_MS) return `${Math.floor(wholeMs / SECOND_MS)} s`;
  if (wholeMs < HOUR_MS)
    return `${Math.floor(wholeMs / MINUTE_MS)} min ${twoDigits(Math.floor((wholeMs % MINUTE_MS) / SECOND_MS))} s`;
  if (wholeMs < DAY_MS)
    return `${Math.floor(wholeMs / HOUR_MS)} h ${twoDigits(Math.floor((wholeMs % HOUR_MS) / MINUTE_MS))} min`;
  return `${Math.floor(wholeMs / DAY_MS)} d ${Math.floor((wholeMs % DAY_MS) / HOUR_MS)} h`;
}

/** Formats the time left on a clock: "4:05", "1:02:09". Rounds up, so that it reads 0:00 only when the time is really over. */
export function formatClock(leftMs: number): string {
  const seconds = Math.max(0, Math.ceil(leftMs / SECOND_MS));
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const rest = twoDigits(seconds % 60);
  return hours > 0 ? `${hours}:${twoDigits(minutes)}:${rest}` : `${minutes}:${rest}`;
}

/** Formats a date and time in UTC, the same on server and browser: "21 Nov 2026, 09:42 UTC"; with `seconds` "09:42:07 UTC". */
export function formatDateTime(at: Moment, options: { seconds?: boolean } = {}): string {
  const date = new Date(toMs(at));
  if (Number.isNaN(date.getTime())) return "unknown";
  const time = `${twoDigits(date.getUTCHours())}:${twoDigits(date.getUTCMinutes())}`;
  const seconds = options.seconds ? `:${twoDigits(date.getUTCSeconds())}` : "";
  return `${formatDate(at)}, ${time}${seconds} UTC`;
}

/** Formats the day in UTC: "21 Nov 2026". */
export function formatDate(at: Moment): string {
  const date = new Date(toMs(at));
  if (Number.isNaN(date.getTime())) return "unknown";
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
