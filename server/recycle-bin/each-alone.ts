import { RunStopped } from "@/server/history/run-context";
import { log } from "@/server/platform/log";
import { forEachLimited } from "@/server/platform/registry/for-each-limited";
import type { Move } from "./move";

/**
 * Does something for each of a group, as many at a time as the run may, and answers those for which it could be done. The others stay as
 * their journal says: whoever called goes on with them one by one, with attempts and an error of their own.
 * @throws RunStopped, and the signal's reason
 */
export async function eachAlone<T>(
  move: Pick<Move, "atATime" | "signal">,
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<T[]> {
  const failed = new Set<T>();
  await forEachLimited(
    items,
    move.atATime,
    async (item) => {
      try {
        await work(item);
      } catch (error) {
        if (error instanceof RunStopped) throw error;
        failed.add(item);
        log.debug({ error }, "one of several moves failed");
      }
    },
    move.signal,
  );
  return items.filter((item) => !failed.has(item));
}
