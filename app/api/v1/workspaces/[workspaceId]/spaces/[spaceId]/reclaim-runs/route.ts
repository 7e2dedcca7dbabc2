import { startReclaim as startReclaimOperation } from "@/contracts/reclaim";
import { workspaceRoute } from "@/server/platform/http/route";
import { startReclaim } from "@/server/reclaim/start-reclaim";

export const POST = workspaceRoute(startReclaimOperation, (scope, { params, body }) =>
  startReclaim(scope, { ...params, ...body }),
);
