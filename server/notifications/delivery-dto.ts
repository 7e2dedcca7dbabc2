import type { NotificationDeliveryDto } from "@/contracts/webhooks";
import { notificationText, webhookPayload } from "@/domain/notifications/notification-text";
import type { Attempt, DeliveryRecord } from "./delivery.store";
import { eventFacts } from "./event-facts";

/** Deliveries as the API shows them, with what was (or will be) sent. */
export async function deliveryDtos(deliveries: readonly DeliveryRecord[]): Promise<NotificationDeliveryDto[]> {
  const facts = await eventFacts(deliveries.map(({ event }) => event));
  return deliveries.flatMap((delivery, at) => {
    const own = facts[at];
    if (!own) return [];
    const { id, targetId, state } = delivery;
    return {
      ...{ id, targetId, targetName: delivery.target.name, event: own.kind, title: notificationText(own).title },
      state: state as NotificationDeliveryDto["state"],
      createdAt: delivery.createdAt.toISOString(),
      deliveredAt: delivery.deliveredAt?.toISOString() ?? null,
      nextAttemptAt: delivery.nextAttemptAt?.toISOString() ?? null,
      attempts: delivery.attempts as unknown as Attempt[],
      payload: webhookPayload(own),
    };
  });
}
