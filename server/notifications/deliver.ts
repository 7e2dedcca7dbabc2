import { isWorthRetrying, retryDelayMs } from "@/domain/notifications/retry";
import { log } from "@/server/platform/log";
import { type Claim, claimDue, readDelivery, settleAttempt } from "./delivery.store";
import { eventFacts } from "./event-facts";
import { sendNotification } from "./send-notification";

/** Longer than any attempt: whoever took a delivery and is not heard of by then is dead. */
export const LEASE_MS = 60_000;
const AT_ONCE = 20;
/** Of one target: a slow one keeps the others waiting for no longer than its share. */
const PER_TARGET = 4;

/**
 * For the worker's clock: sends what is due at `now`, and says when each failure is tried again. Answers how many were tried. A delivery may
 * arrive twice (a worker that dies in between), never not at all; receivers know it by its id.
 */
export async function deliverDue(now: Date, shutdown: AbortSignal): Promise<number> {
  let tried = 0;
  for (;;) {
    if (shutdown.aborted) return tried;
    const claims = await claimDue(now, { leaseMs: LEASE_MS, limit: AT_ONCE, perTarget: PER_TARGET });
    if (claims.length === 0) return tried;
    await Promise.all(claims.map((claim) => deliver(claim, now)));
    tried += claims.length;
  }
}

/** Makes one attempt that was taken, and writes down how it ended; `isLast`: whether or not it works, none follows. */
export async function deliver(claim: Claim, now: Date, { isLast = false } = {}): Promise<void> {
  const delivery = await readDelivery(claim.id);
  if (!delivery) return;
  const [facts] = await eventFacts([delivery.event]);
  if (!facts) return;
  const startedAt = new Date();
  const { status, error } = await sendNotification(delivery.target, facts);
  const durationMs = Date.now() - startedAt.getTime();
  const attempt = { at: startedAt.toISOString(), durationMs, status, error };
  if (error === null) {
    await settleAttempt(claim, attempt, { state: "delivered", nextAttemptAt: null, deliveredAt: new Date() });
    return;
  }
  const delayMs = isLast || !isWorthRetrying(status) ? null : retryDelayMs(claim.attempt);
  const nextAttemptAt = delayMs === null ? null : new Date(now.getTime() + delayMs);
  const state = nextAttemptAt === null ? "failed" : "pending";
  await settleAttempt(claim, attempt, { state, nextAttemptAt, deliveredAt: null });
  log.info({ deliveryId: claim.id, targetId: delivery.targetId, status, error }, "a notification was not delivered");
}
