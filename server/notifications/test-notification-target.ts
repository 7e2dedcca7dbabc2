import type { NotificationDeliveryDto } from "@/contracts/webhooks";
import { recordAudit } from "@/server/access/record-audit";
import { notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { prisma } from "@/server/platform/db/prisma";
import { deliver, LEASE_MS } from "./deliver";
import { findDelivery, insertTest } from "./delivery.store";
import { deliveryDtos } from "./delivery-dto";
import { findTarget } from "./target.store";

/** Sends a test at once, a single time, switched off or not, and answers with what came back. @throws AppError not_found */
export async function testNotificationTarget(
  scope: WorkspaceScope,
  input: { targetId: string },
): Promise<NotificationDeliveryDto> {
  const { workspaceId, actor } = scope;
  const target = await findTarget(workspaceId, input.targetId);
  if (!target) throw notFound();
  const leaseUntil = new Date(Date.now() + LEASE_MS);
  const claim = await prisma().$transaction(async (tx) => {
    const { id, name } = target;
    await recordAudit(tx, {
      ...{ actor, workspaceId, action: "notification-target.tested" },
      target: { kind: "notification-target", id, name },
    });
    return insertTest(tx, { workspaceId, targetId: id, byName: actor.name, leaseUntil });
  });
  await deliver(claim, new Date(), { isLast: true });
  return requireDelivery(workspaceId, claim.id);
}

/** @throws AppError not_found */
export async function requireDelivery(workspaceId: string, id: string): Promise<NotificationDeliveryDto> {
  const delivery = await findDelivery(workspaceId, id);
  const [dto] = delivery ? await deliveryDtos([delivery]) : [];
  if (!dto) throw notFound();
  return dto;
}
