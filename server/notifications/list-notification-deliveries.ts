import type { NotificationDeliveryDto } from "@/contracts/webhooks";
import type { DeliveryState } from "@/domain/notifications/notification-event";
import { cursorDate, decodeCursor, encodeCursor } from "@/lib/cursor";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { countDeliveries, listDeliveryRows } from "./delivery.store";
import { deliveryDtos } from "./delivery-dto";

/** What was sent, or waits to be, newest first. */
export async function listNotificationDeliveries(
  scope: WorkspaceScope,
  input: {
    targetId?: string | undefined;
    state?: DeliveryState | undefined;
    cursor?: string | undefined;
    limit: number;
  },
): Promise<{ items: NotificationDeliveryDto[]; nextCursor: string | null; total: number }> {
  const { targetId, state, limit } = input;
  const query = { workspaceId: scope.workspaceId, targetId, state };
  const [time, id] = decodeCursor(input.cursor) ?? [];
  const at = cursorDate(time);
  const [rows, total] = await Promise.all([
    listDeliveryRows(query, at && id ? { at, id } : null, limit + 1),
    countDeliveries(query),
  ]);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    items: await deliveryDtos(page),
    nextCursor: rows.length > limit && last ? encodeCursor([last.createdAt.toISOString(), last.id]) : null,
    total,
  };
}
