// The outbox: what is to be sent, who sends it now, and what came of it.
import type { DeliveryState } from "@/domain/notifications/notification-event";
import { type Prisma, prisma, type Transaction } from "@/server/platform/db/prisma";
import { newId } from "@/server/platform/new-id";

const withAll = { event: true, target: true } as const;
export type DeliveryRecord = Prisma.NotificationDeliveryGetPayload<{ include: typeof withAll }>;

export interface Attempt {
  at: string;
  durationMs: number;
  status: number | null;
  error: string | null;
}

/** A delivery that this process sends now: `attempt` is the number that it counts under. */
export interface Claim {
  id: string;
  attempt: number;
}

/**
 * Takes deliveries that are due, those due longest first, at most `perTarget` of each target, so that a slow one keeps nobody waiting.
 * Whoever took one and dies leaves it due again after the lease.
 */
export function claimDue(
  now: Date,
  { leaseMs, limit, perTarget }: { leaseMs: number; limit: number; perTarget: number },
): Promise<Claim[]> {
  const until = new Date(now.getTime() + leaseMs);
  return prisma().$queryRaw`
    WITH due AS (
      SELECT id FROM (
        SELECT id, next_attempt_at, row_number() OVER (PARTITION BY target_id ORDER BY next_attempt_at, id) AS position
        FROM notification_deliveries WHERE state = 'pending' AND next_attempt_at <= ${now}
      ) waiting WHERE position <= ${perTarget} ORDER BY next_attempt_at, id LIMIT ${limit}
    )
    UPDATE notification_deliveries d SET next_attempt_at = ${until}, attempt_count = attempt_count + 1
    FROM due WHERE d.id = due.id AND d.state = 'pending' AND d.next_attempt_at <= ${now}
    RETURNING d.id, d.attempt_count AS attempt`;
}

export function findDelivery(workspaceId: string, id: string): Promise<DeliveryRecord | null> {
  return prisma().notificationDelivery.findFirst({ where: { id, workspaceId }, include: withAll });
}

/** For the worker, which knows it by its claim. */
export function readDelivery(id: string): Promise<DeliveryRecord | null> {
  return prisma().notificationDelivery.findUnique({ where: { id }, include: withAll });
}

/** Writes down how an attempt ended. Changes nothing once somebody else has taken it up. */
export async function settleAttempt(
  { id, attempt }: Claim,
  made: Attempt,
  next: { state: DeliveryState; nextAttemptAt: Date | null; deliveredAt: Date | null },
): Promise<void> {
  await prisma().$executeRaw`
    UPDATE notification_deliveries SET attempts = attempts || ${JSON.stringify([made])}::jsonb, state = ${next.state},
      next_attempt_at = ${next.nextAttemptAt}, delivered_at = ${next.deliveredAt}
    WHERE id = ${id} AND attempt_count = ${attempt} AND state = 'pending'`;
}

/** A test for one target, already taken by who asks for it. */
export async function insertTest(
  tx: Transaction,
  test: { workspaceId: string; targetId: string; byName: string; leaseUntil: Date },
): Promise<Claim> {
  const { workspaceId, targetId, byName, leaseUntil } = test;
  const event = await tx.notificationEvent.create({
    data: { id: newId("ntf"), workspaceId, kind: "test", data: { byName } },
  });
  const { id } = await tx.notificationDelivery.create({
    data: { id: newId("dlv"), workspaceId, eventId: event.id, targetId, attemptCount: 1, nextAttemptAt: leaseUntil },
  });
  return { id, attempt: 1 };
}

/** Makes one that failed, or that waits, due now, with all its attempts before it. False = it was delivered. */
export async function makeDue(tx: Transaction, workspaceId: string, id: string, now: Date): Promise<boolean> {
  const { count } = await tx.notificationDelivery.updateMany({
    where: { id, workspaceId, state: { not: "delivered" } },
    data: { state: "pending", nextAttemptAt: now, attemptCount: 0 },
  });
  return count === 1;
}

export interface DeliveryQuery {
  workspaceId: string;
  targetId?: string | undefined;
  state?: DeliveryState | undefined;
}

export function listDeliveryRows(
  query: DeliveryQuery,
  before: { at: Date; id: string } | null,
  limit: number,
): Promise<DeliveryRecord[]> {
  return prisma().notificationDelivery.findMany({
    where: {
      ...whereOf(query),
      ...(before ? { OR: [{ createdAt: { lt: before.at } }, { createdAt: before.at, id: { lt: before.id } }] } : {}),
    },
    include: withAll,
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: limit,
  });
}

export function countDeliveries(query: DeliveryQuery): Promise<number> {
  return prisma().notificationDelivery.count({ where: whereOf(query) });
}

function whereOf({ workspaceId, targetId, state }: DeliveryQuery): Prisma.NotificationDeliveryWhereInput {
  return { workspaceId, ...(targetId ? { targetId } : {}), ...(state ? { state } : {}) };
}

/** Forgets events from before a moment, with their deliveries. */
export function deleteEventsBefore(moment: Date): Promise<number> {
  return prisma().$executeRaw`DELETE FROM notification_events WHERE at < ${moment}`;
}
