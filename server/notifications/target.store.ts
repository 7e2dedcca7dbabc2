// Where a workspace is told of what happens.
import type { TargetKind } from "@/domain/notifications/notification-event";
import { type Prisma, prisma, type Transaction } from "@/server/platform/db/prisma";

export type TargetRecord = Prisma.NotificationTargetGetPayload<object>;

export interface ListedTarget extends TargetRecord {
  lastDeliveredAt: Date | null;
  /** of the latest attempt, where it failed */
  lastError: string | null;
}

/** Targets by name, with how the latest deliveries went. */
export async function listTargets(workspaceId: string, targetId?: string): Promise<ListedTarget[]> {
  const where = { workspaceId, ...(targetId === undefined ? {} : { id: targetId }) };
  const targets = await prisma().notificationTarget.findMany({ where, orderBy: [{ name: "asc" }, { id: "asc" }] });
  const latest = await prisma().$queryRaw<{ id: string; lastDeliveredAt: Date | null; lastError: string | null }[]>`
    SELECT t.id, good.delivered_at AS "lastDeliveredAt", latest.error AS "lastError"
    FROM unnest(${targets.map(({ id }) => id)}::text[]) AS t(id)
    LEFT JOIN LATERAL (SELECT delivered_at FROM notification_deliveries d WHERE d.target_id = t.id AND d.state = 'delivered'
      ORDER BY d.created_at DESC, d.id DESC LIMIT 1) good ON true
    LEFT JOIN LATERAL (SELECT d.attempts -> -1 ->> 'error' AS error FROM notification_deliveries d
      WHERE d.target_id = t.id AND d.attempts <> '[]' ORDER BY d.created_at DESC, d.id DESC LIMIT 1) latest ON true`;
  const byId = new Map(latest.map((row) => [row.id, row]));
  return targets.map((target) => {
    const { lastDeliveredAt = null, lastError = null } = byId.get(target.id) ?? {};
    return { ...target, lastDeliveredAt, lastError };
  });
}

export async function findTarget(workspaceId: string, targetId: string): Promise<ListedTarget | null> {
  const [target] = await listTargets(workspaceId, targetId);
  return target ?? null;
}

/** Counts them under the workspace's lock, so that two that add at once do not pass the limit. */
export async function countTargets(tx: Transaction, workspaceId: string): Promise<number> {
  await tx.$queryRaw`SELECT id FROM workspaces WHERE id = ${workspaceId} FOR UPDATE`;
  return tx.notificationTarget.count({ where: { workspaceId } });
}

export interface NewTarget {
  id: string;
  workspaceId: string;
  name: string;
  kind: TargetKind;
  address: string | null;
  addressEncrypted: string | null;
  recipients: string[];
  signingSecretEncrypted: string | null;
  events: string[];
  isEnabled: boolean;
  createdByName: string;
}

export function insertTarget(tx: Transaction, target: NewTarget): Promise<TargetRecord> {
  return tx.notificationTarget.create({ data: target });
}

/** Null = it has another revision by now, or is gone. What waits for a target that is switched off is not sent any more. */
export async function updateTarget(
  tx: Transaction,
  place: { workspaceId: string; id: string; revision: number },
  data: Prisma.NotificationTargetUpdateManyMutationInput,
): Promise<boolean> {
  const { count } = await tx.notificationTarget.updateMany({
    where: place,
    data: { ...data, revision: place.revision + 1 },
  });
  if (count === 1 && data.isEnabled === false) {
    await tx.notificationDelivery.updateMany({
      where: { targetId: place.id, state: "pending" },
      data: { state: "failed", nextAttemptAt: null },
    });
  }
  return count === 1;
}

export async function deleteTarget(tx: Transaction, workspaceId: string, id: string): Promise<boolean> {
  return (await tx.notificationTarget.deleteMany({ where: { workspaceId, id } })).count === 1;
}
