import { Redis, type RedisOptions } from "ioredis";
import { env } from "../env";
import { log } from "../log";

/** For adding jobs: fails fast, because the row in PostgreSQL is enough and the reconciler adds the job later. */
export function producerConnection(): Redis {
  return connect({ maxRetriesPerRequest: 1, enableOfflineQueue: false, connectTimeout: 2_000 });
}

/** For taking jobs: waits for Redis for as long as it takes (BullMQ wants null here). */
export function workerConnection(): Redis {
  return connect({ maxRetriesPerRequest: null });
}

function connect(options: RedisOptions): Redis {
  const redis = new Redis(env().REDIS_URL, { ...options, retryStrategy: (attempt) => Math.min(attempt * 200, 3_000) });
  redis.on("error", (error) => log.warn({ message: error.message }, "redis"));
  return redis;
}
