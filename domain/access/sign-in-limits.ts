/** Wrong passwords that an account takes before it has to wait. */
export const FREE_ATTEMPTS = 5;
/** After so long the count of an account begins anew. */
export const ACCOUNT_WINDOW_SECONDS = 6 * 3600;
/** In this time an address may be wrong as often as the configuration says, whomever it tries. */
export const ADDRESS_WINDOW_SECONDS = 15 * 60;

/**
 * For how many seconds nobody else may try after the attempt with this number (1 = the first): the first ones cost nothing, so that who
 * mistypes notices nothing, and somebody who guesses gets about 150 tries a day.
 */
export function waitSecondsAfter(attempt: number): number {
  if (attempt < FREE_ATTEMPTS) return 0;
  if (attempt < 2 * FREE_ATTEMPTS) return 60;
  if (attempt < 3 * FREE_ATTEMPTS) return 300;
  return 900;
}

/** What somebody who has to wait is told: the same for accounts that exist and for others. */
export function tooManyAttempts(retryAfterSeconds: number): string {
  const minutes = Math.max(1, Math.ceil(retryAfterSeconds / 60));
  return `Too many attempts. Try again in ${minutes === 1 ? "a minute" : `${minutes} minutes`}.`;
}
