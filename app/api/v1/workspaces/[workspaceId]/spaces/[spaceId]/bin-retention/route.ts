import { previewRetention as previewRetentionOperation } from "@/contracts/recycle-bin";
import { workspaceRoute } from "@/server/platform/http/route";
import { previewRetention } from "@/server/recycle-bin/preview-retention";

export const GET = workspaceRoute(previewRetentionOperation, (scope, { params, query }) =>
  previewRetention(scope, { ...params, ...query }),
);
