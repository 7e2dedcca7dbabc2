import { tendQuarantines } from "@/server/gc/tend-quarantines";
import { env } from "@/server/platform/env";
import { log } from "@/server/platform/log";
import { fire } from "./fire";
import type { JobContext } from "./job-context";
import { sendNotifications, tellOfClocks } from "./notify";
import { reconcile } from "./reconcile";
import { watch } from "./watch";

const WATCH_EVERY_MS = 10_000;
/** How late a schedule may fire on a worker that has nothing else to do. */
const FIRE_EVERY_MS = 5_000;

/** How long somebody waits at most until an undo of a collection begins. */
const QUARANTINES_EVERY_MS = 5_000;
/** How late somebody is told of something. */
const NOTIFY_EVERY_MS = 2_000;
const TELL_EVERY_MS = 60_000;

const tendGarbage = async (shutdown: AbortSignal): Promise<void> => {
  await tendQuarantines(new Date(), shutdown);
};

/**
 * What runs in every worker on its own clock, not from a queue: the reconciler, which rebuilds the queue when Redis was flushed; the clock
 * of schedules and quotas; and the watch, the clock of quarantines and that of notifications, which wait for registries, storages or receivers
 * and must not keep the reconciler waiting. Each of their steps is safe to run twice at once.
 */
export function startSchedules(context: JobContext): { stop(): void; settled(): Promise<void> } {
  const reconcileEveryMs = Math.max(1_000, Math.min(10_000, (env().RECLAIM_HEARTBEAT_STALE_SECONDS * 1_000) / 3));
  const clocks = [
    startClock("reconcile", reconcileEveryMs, reconcile, context.shutdown),
    startClock("fire", FIRE_EVERY_MS, fire, context.shutdown),
    startClock("watch", WATCH_EVERY_MS, watch, context.shutdown),
    startClock("quarantines", QUARANTINES_EVERY_MS, tendGarbage, context.shutdown),
    startClock("notify", NOTIFY_EVERY_MS, sendNotifications, context.shutdown),
    startClock("tell", TELL_EVERY_MS, tellOfClocks, context.shutdown),
  ];
  return {
    stop: () => {
      for (const clock of clocks) clock.stop();
    },
    settled: async () => {
      await Promise.all(clocks.map((clock) => clock.settled()));
    },
  };
}

/** Begins at once, then each time the clock strikes and the last round is over. */
function startClock(
  name: string,
  everyMs: number,
  round: (shutdown: AbortSignal) => Promise<void>,
  shutdown: AbortSignal,
): { stop(): void; settled(): Promise<void> } {
  let running: Promise<void> = Promise.resolve();
  let isBusy = false;
  const tick = () => {
    if (isBusy || shutdown.aborted) return;
    isBusy = true;
    running = round(shutdown)
      .catch((error: unknown) => log.warn({ error }, name))
      .finally(() => {
        isBusy = false;
      });
  };
  tick();
  const timer = setInterval(tick, everyMs);
  return { stop: () => clearInterval(timer), settled: () => running };
}
