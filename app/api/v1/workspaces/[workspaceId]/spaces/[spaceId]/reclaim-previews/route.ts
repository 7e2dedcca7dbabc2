import { previewReclaim as previewReclaimOperation } from "@/contracts/reclaim";
import { workspaceRoute } from "@/server/platform/http/route";
import { previewReclaim } from "@/server/reclaim/preview-reclaim";

export const POST = workspaceRoute(previewReclaimOperation, (scope, { params, body }) =>
  previewReclaim(scope, { ...params, ...body }),
);
