import { env } from "@/server/platform/env";
import { type Collection, enter } from "./collection";

const POLL_MS = 250;

/**
 * Waits, without the lock, until nobody can still be writing something that was checked before the last blob went into the quarantine: as
 * long as a write token lives, what a registry forgives after it, and what one request may take. Throws the signal's reason.
 */
export async function settleWriters({ context, signal }: Collection): Promise<void> {
  const { RECLAIM_TOKEN_TTL_SECONDS, RECLAIM_TOKEN_LEEWAY_SECONDS, RECLAIM_INFLIGHT_WINDOW_SECONDS } = env();
  const seconds = RECLAIM_TOKEN_TTL_SECONDS + RECLAIM_TOKEN_LEEWAY_SECONDS + RECLAIM_INFLIGHT_WINDOW_SECONDS;
  const endsAt = Date.now() + seconds * 1_000;
  context.progress({ settledAt: new Date(endsAt).toISOString() });
  await enter(context, "settling");
  for (let left = endsAt - Date.now(); left > 0; left = endsAt - Date.now()) {
    signal.throwIfAborted();
    await sleep(Math.min(left, POLL_MS), signal);
  }
  signal.throwIfAborted();
}

function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", done, { once: true });
  });
}
