import { retryNotificationDelivery as retryNotificationDeliveryOperation } from "@/contracts/webhooks";
import { retryNotificationDelivery } from "@/server/notifications/retry-notification-delivery";
import { workspaceRoute } from "@/server/platform/http/route";

export const POST = workspaceRoute(retryNotificationDeliveryOperation, (scope, { params }) =>
  retryNotificationDelivery(scope, { deliveryId: params.deliveryId }),
);
