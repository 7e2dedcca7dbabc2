import { RunStopped } from "@/server/history/run-context";
import { log } from "@/server/platform/log";

/**
 * Does something for each of a few at once, and answers those for which it could be done. The others stay as their journal says: whoever
 * called goes on with them one by one, with attempts and an error of their own.
 * @throws RunStopped, and the signal's reason
 */
export async function eachAlone<T>(
  items: readonly T[],
  signal: AbortSignal,
  work: (item: T) => Promise<void>,
): Promise<T[]> {
  const results = await Promise.allSettled(items.map(work));
  for (const result of results) {
    if (result.status === "fulfilled") continue;
    if (result.reason instanceof RunStopped) throw result.reason;
    log.debug({ error: result.reason }, "one of several moves failed");
  }
  signal.throwIfAborted();
  return items.filter((_, at) => results[at]?.status === "fulfilled");
}
