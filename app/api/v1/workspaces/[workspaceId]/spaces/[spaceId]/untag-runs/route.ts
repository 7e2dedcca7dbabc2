import { startUntag as startUntagOperation } from "@/contracts/image-deletion";
import { workspaceRoute } from "@/server/platform/http/route";
import { startUntag } from "@/server/reclaim/start-untag";

export const POST = workspaceRoute(startUntagOperation, (scope, { params, body }) =>
  startUntag(scope, { ...params, ...body }),
);
