import { startRecycle as startRecycleOperation } from "@/contracts/image-deletion";
import { workspaceRoute } from "@/server/platform/http/route";
import { startRecycle } from "@/server/reclaim/start-recycle";

export const POST = workspaceRoute(startRecycleOperation, (scope, { params, body }) =>
  startRecycle(scope, { ...params, ...body }),
);
