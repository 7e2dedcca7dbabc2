import { TimeSlice } from "@/server/platform/storage/time-slice";

/** Does something with each item, so many at a time, with a turn for the event loop now and then. The first error ends it, once those under way are done. */
export async function forEachAtOnce<T>(
  items: readonly T[],
  concurrency: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const slice = new TimeSlice();
  let next = 0;
  let hasFailed = false;
  const worker = async () => {
    while (!hasFailed && next < items.length) {
      const item = items[next++] as T;
      try {
        await work(item);
      } catch (error) {
        hasFailed = true;
        throw error;
      }
      if (slice.isOver) await slice.breathe();
    }
  };
  const workers = await Promise.allSettled(Array.from({ length: Math.min(concurrency, items.length) }, worker));
  for (const result of workers) if (result.status === "rejected") throw result.reason;
}
