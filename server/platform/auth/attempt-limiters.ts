import type { Redis } from "ioredis";
import { RateLimiterMemory, RateLimiterRedis } from "rate-limiter-flexible";
import { ACCOUNT_WINDOW_SECONDS, ADDRESS_WINDOW_SECONDS } from "@/domain/access/sign-in-limits";
import { env } from "../env";
import { producerConnection } from "../queue/connection";

const KNOWN_SECONDS = 30 * 86_400;
const READY_WITHIN_MS = 500;

interface AttemptLimiters {
  redis: Redis;
  /** How often an account was tried. */
  attempts: RateLimiterRedis;
  /** One turn at a time once it was tried too often. */
  turns: RateLimiterRedis;
  /** How often an address was wrong. */
  addresses: RateLimiterRedis;
}

const globals = globalThis as { reclaimAttempts?: AttemptLimiters };

/** The counters in Redis; each process counts by itself while Redis is away. Made once a process. */
export async function attemptLimiters(): Promise<AttemptLimiters> {
  globals.reclaimAttempts ??= make();
  await untilConnected(globals.reclaimAttempts.redis);
  return globals.reclaimAttempts;
}

/** Whether an account was signed in to from an address in the last 30 days; false while Redis is away. */
export async function isKnown(limiters: AttemptLimiters, key: string): Promise<boolean> {
  return (await limiters.redis.exists(`sign-in:known:${key}`).catch(() => 0)) === 1;
}

export async function markKnown(limiters: AttemptLimiters, key: string): Promise<void> {
  await limiters.redis.set(`sign-in:known:${key}`, 1, "EX", KNOWN_SECONDS).catch(() => null);
}

/** For tests, and for a process that ends: the connection keeps it alive. */
export async function closeAttemptLimiters(): Promise<void> {
  globals.reclaimAttempts?.redis.disconnect();
  delete globals.reclaimAttempts;
}

function make(): AttemptLimiters {
  const redis = producerConnection();
  const limiter = (name: string, points: number, duration: number) => {
    const options = { keyPrefix: `sign-in:${name}`, points, duration };
    const insuranceLimiter = new RateLimiterMemory(options);
    return new RateLimiterRedis({ ...options, storeClient: redis, rejectIfRedisNotReady: true, insuranceLimiter });
  };
  return {
    redis,
    // Counts, and refuses nothing by itself.
    attempts: limiter("attempts", 1_000_000, ACCOUNT_WINDOW_SECONDS),
    turns: limiter("turn", 1, 60),
    addresses: limiter("address", env().RECLAIM_SIGN_IN_FAILURES_PER_ADDRESS, ADDRESS_WINDOW_SECONDS),
  };
}

/** Only a connection that was just opened is waited for. */
async function untilConnected(redis: Redis): Promise<void> {
  if (redis.status !== "connecting" && redis.status !== "connect" && redis.status !== "wait") return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, READY_WITHIN_MS);
    const settle = () => {
      clearTimeout(timer);
      resolve();
    };
    redis.once("ready", settle);
    redis.once("close", settle);
  });
}
