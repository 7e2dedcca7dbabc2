import {
  createNotificationTarget as createNotificationTargetOperation,
  listNotificationTargets as listNotificationTargetsOperation,
} from "@/contracts/webhooks";
import { createNotificationTarget } from "@/server/notifications/create-notification-target";
import { listNotificationTargets } from "@/server/notifications/list-notification-targets";
import { workspaceRoute } from "@/server/platform/http/route";

export const GET = workspaceRoute(listNotificationTargetsOperation, (scope) => listNotificationTargets(scope));

export const POST = workspaceRoute(createNotificationTargetOperation, (scope, { body }) =>
  createNotificationTarget(scope, body),
);
