import { testNotificationTarget as testNotificationTargetOperation } from "@/contracts/webhooks";
import { testNotificationTarget } from "@/server/notifications/test-notification-target";
import { workspaceRoute } from "@/server/platform/http/route";

export const POST = workspaceRoute(testNotificationTargetOperation, (scope, { params }) =>
  testNotificationTarget(scope, { targetId: params.targetId }),
);
