import { listNotificationDeliveries as listNotificationDeliveriesOperation } from "@/contracts/webhooks";
import { listNotificationDeliveries } from "@/server/notifications/list-notification-deliveries";
import { workspaceRoute } from "@/server/platform/http/route";

export const GET = workspaceRoute(listNotificationDeliveriesOperation, (scope, { query }) =>
  listNotificationDeliveries(scope, query),
);
