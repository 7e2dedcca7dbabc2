import { previewSpaceLifecycle as previewSpaceLifecycleOperation } from "@/contracts/lifecycle";
import { previewSpaceLifecycle } from "@/server/lifecycle/preview-space-lifecycle";
import { workspaceRoute } from "@/server/platform/http/route";

export const POST = workspaceRoute(previewSpaceLifecycleOperation, (scope, { params, query, body }) =>
  previewSpaceLifecycle(scope, { ...params, ...query, ...body }),
);
