import type { NotificationDeliveryDto } from "@/contracts/webhooks";
import { recordAudit } from "@/server/access/record-audit";
import { AppError, notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { prisma } from "@/server/platform/db/prisma";
import { findDelivery, makeDue } from "./delivery.store";
import { requireDelivery } from "./test-notification-target";

/**
 * Has one that failed, or that waits, sent again within seconds, and as often as a new one where that fails.
 * @throws AppError not_found; conflict where it was delivered, or its target is switched off
 */
export async function retryNotificationDelivery(
  scope: WorkspaceScope,
  input: { deliveryId: string },
): Promise<NotificationDeliveryDto> {
  const { workspaceId, actor } = scope;
  const delivery = await findDelivery(workspaceId, input.deliveryId);
  if (!delivery) throw notFound();
  if (!delivery.target.isEnabled)
    throw new AppError("conflict", `“${delivery.target.name}” is switched off. Switch it on first.`);
  await prisma().$transaction(async (tx) => {
    if (!(await makeDue(tx, workspaceId, delivery.id, new Date())))
      throw new AppError("conflict", "It was delivered already.");
    await recordAudit(tx, {
      ...{ actor, workspaceId, action: "notification-delivery.retried" },
      target: { kind: "notification-target", id: delivery.targetId, name: delivery.target.name },
    });
  });
  return requireDelivery(workspaceId, delivery.id);
}
