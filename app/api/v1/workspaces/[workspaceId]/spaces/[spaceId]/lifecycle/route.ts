import {
  getSpaceLifecycle as getSpaceLifecycleOperation,
  removeSpaceLifecycle as removeSpaceLifecycleOperation,
  setSpaceLifecycle as setSpaceLifecycleOperation,
} from "@/contracts/lifecycle";
import { getSpaceLifecycle } from "@/server/lifecycle/get-space-lifecycle";
import { removeSpaceLifecycle } from "@/server/lifecycle/remove-space-lifecycle";
import { setSpaceLifecycle } from "@/server/lifecycle/set-space-lifecycle";
import { workspaceRoute } from "@/server/platform/http/route";

export const GET = workspaceRoute(getSpaceLifecycleOperation, (scope, { params, query }) =>
  getSpaceLifecycle(scope, { ...params, ...query }),
);
export const PUT = workspaceRoute(setSpaceLifecycleOperation, (scope, { params, query, body }) =>
  setSpaceLifecycle(scope, { ...params, ...query, ...body }),
);
export const DELETE = workspaceRoute(removeSpaceLifecycleOperation, (scope, { params, query }) =>
  removeSpaceLifecycle(scope, { ...params, ...query }),
);
