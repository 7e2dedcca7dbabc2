import {
  getGcSchedule as getGcScheduleOperation,
  removeGcSchedule as removeGcScheduleOperation,
  setGcSchedule as setGcScheduleOperation,
} from "@/contracts/gc-settings";
import { getGcSchedule } from "@/server/gc/get-gc-schedule";
import { removeGcSchedule } from "@/server/gc/remove-gc-schedule";
import { setGcSchedule } from "@/server/gc/set-gc-schedule";
import { workspaceRoute } from "@/server/platform/http/route";

export const GET = workspaceRoute(getGcScheduleOperation, (scope, { params }) => getGcSchedule(scope, params));
export const PUT = workspaceRoute(setGcScheduleOperation, (scope, { params, body }) =>
  setGcSchedule(scope, { ...params, ...body }),
);
export const DELETE = workspaceRoute(removeGcScheduleOperation, (scope, { params }) => removeGcSchedule(scope, params));
