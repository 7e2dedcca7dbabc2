const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** How long after each failed attempt the next one follows: most receivers are back in a minute, some after a night. */
const DELAYS_MS = [
  10 * SECOND_MS,
  MINUTE_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  6 * HOUR_MS,
  12 * HOUR_MS,
] as const;

export const ATTEMPTS_MAX = DELAYS_MS.length + 1;

/** Milliseconds until the next attempt after `attempts` that failed; null = there is none. */
export function retryDelayMs(attempts: number): number | null {
  return DELAYS_MS[attempts - 1] ?? null;
}

/** Whether asking again can help: a receiver that says it is gone for good is believed. */
export function isWorthRetrying(status: number | null): boolean {
  return status !== 410;
}
