import type { Redis } from "ioredis";
import { RateLimiterRedis, RateLimiterRes } from "rate-limiter-flexible";
import { AppError } from "../app-error";
import { env } from "../env";
import { log } from "../log";
import { producerConnection } from "../queue/connection";

/** What is counted: requests of one actor, token requests of one principal at one address, and requests of nobody from one address. */
type RateLimitName = "api" | "token" | "anonymous";

/** How one caller stands with a limit. */
export interface RateLimitState {
  name: RateLimitName;
  limit: number;
  remaining: number;
  /** whole seconds until it starts anew, at least 1 */
  resetSeconds: number;
  isExceeded: boolean;
}

const WINDOW_SECONDS = 60;
const COMPLAIN_EVERY_MS = 60_000;

const globals = globalThis as {
  reclaimRateLimits?: { redis: Redis; limiters: Map<string, RateLimiterRedis>; complainedAt: number };
};

/**
 * Counts one request of `key`. Null where nothing is limited: the limit is 0, or Redis cannot be asked. A console that nobody can use is
 * worse than one without limits, so the latter is allowed, and logged once a minute.
 */
export async function countRequest(name: RateLimitName, key: string): Promise<RateLimitState | null> {
  const limit = limitOf(name);
  if (limit === 0) return null;
  try {
    return stateOf(name, limit, await limiter(name, limit).consume(key), false);
  } catch (failure) {
    if (failure instanceof RateLimiterRes) return stateOf(name, limit, failure, true);
    complain(failure);
    return null;
  }
}

/** What an answer tells of a limit: the fields of the IETF's draft, and when to come back where it is exceeded. */
export function rateLimitHeaders(state: RateLimitState): Record<string, string> {
  const { name, limit, remaining, resetSeconds, isExceeded } = state;
  return {
    "RateLimit-Policy": `"${name}";q=${limit};w=${WINDOW_SECONDS}`,
    RateLimit: `"${name}";r=${remaining};t=${resetSeconds}`,
    ...(isExceeded ? { "Retry-After": String(resetSeconds) } : {}),
  };
}

/** @throws AppError too_many_requests where the limit is exceeded */
export function refuseExceeded(state: RateLimitState | null): void {
  if (!state?.isExceeded) return;
  throw new AppError(
    "too_many_requests",
    `That was more than ${state.limit} requests a minute. Try again in ${state.resetSeconds} seconds.`,
  );
}

/** For whoever ends the process, and for tests. */
export function closeRateLimits(): void {
  globals.reclaimRateLimits?.redis.disconnect();
  delete globals.reclaimRateLimits;
}

function limitOf(name: RateLimitName): number {
  const { RECLAIM_API_REQUESTS_PER_MINUTE, RECLAIM_TOKEN_REQUESTS_PER_MINUTE, RECLAIM_ANONYMOUS_REQUESTS_PER_MINUTE } =
    env();
  const limits: Record<RateLimitName, number> = {
    api: RECLAIM_API_REQUESTS_PER_MINUTE,
    token: RECLAIM_TOKEN_REQUESTS_PER_MINUTE,
    anonymous: RECLAIM_ANONYMOUS_REQUESTS_PER_MINUTE,
  };
  return limits[name];
}

function limiter(name: RateLimitName, limit: number): RateLimiterRedis {
  globals.reclaimRateLimits ??= { redis: producerConnection(), limiters: new Map(), complainedAt: 0 };
  const { redis, limiters } = globals.reclaimRateLimits;
  const known = limiters.get(`${name} ${limit}`);
  if (known) return known;
  const made = new RateLimiterRedis({
    ...{ storeClient: redis, keyPrefix: `reclaim-rate:${name}`, points: limit, duration: WINDOW_SECONDS },
    rejectIfRedisNotReady: true,
    // Who is over it is refused from memory, until it starts anew.
    inMemoryBlockOnConsumed: limit + 1,
  });
  limiters.set(`${name} ${limit}`, made);
  return made;
}

function stateOf(name: RateLimitName, limit: number, answer: RateLimiterRes, isExceeded: boolean): RateLimitState {
  const resetSeconds = Math.max(1, Math.ceil(answer.msBeforeNext / 1000));
  return { name, limit, remaining: isExceeded ? 0 : answer.remainingPoints, resetSeconds, isExceeded };
}

function complain(failure: unknown): void {
  const state = globals.reclaimRateLimits;
  if (!state || Date.now() - state.complainedAt < COMPLAIN_EVERY_MS) return;
  state.complainedAt = Date.now();
  const message = failure instanceof Error ? failure.message : String(failure);
  log.warn({ message }, "requests are not limited: redis cannot be asked");
}
