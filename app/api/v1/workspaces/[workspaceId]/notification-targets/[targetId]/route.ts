import {
  deleteNotificationTarget as deleteNotificationTargetOperation,
  updateNotificationTarget as updateNotificationTargetOperation,
} from "@/contracts/webhooks";
import { deleteNotificationTarget } from "@/server/notifications/delete-notification-target";
import { updateNotificationTarget } from "@/server/notifications/update-notification-target";
import { workspaceRoute } from "@/server/platform/http/route";

export const PATCH = workspaceRoute(updateNotificationTargetOperation, (scope, { params, body }) =>
  updateNotificationTarget(scope, { targetId: params.targetId, ...body }),
);

export const DELETE = workspaceRoute(deleteNotificationTargetOperation, (scope, { params }) =>
  deleteNotificationTarget(scope, { targetId: params.targetId }),
);
