import { env } from "@/server/platform/env";
import { log } from "@/server/platform/log";
import type { JobContext } from "./job-context";
import { reconcile } from "./reconcile";

/**
 * The reconciler runs in every worker on its own clock, not from a queue: it is what rebuilds the queue when Redis was
 * flushed, and each of its steps is safe to run twice at once.
 */
export function startSchedules(context: JobContext): { stop(): void; settled(): Promise<void> } {
  const everyMs = Math.max(1_000, Math.min(10_000, (env().RECLAIM_HEARTBEAT_STALE_SECONDS * 1_000) / 3));
  let running: Promise<void> = Promise.resolve();
  let isBusy = false;
  const tick = () => {
    if (isBusy || context.shutdown.aborted) return;
    isBusy = true;
    running = reconcile(context.shutdown)
      .catch((error: unknown) => log.warn({ error }, "reconcile"))
      .finally(() => {
        isBusy = false;
      });
  };
  tick();
  const timer = setInterval(tick, everyMs);
  return { stop: () => clearInterval(timer), settled: () => running };
}
