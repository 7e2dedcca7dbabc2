import { startPurge as startPurgeOperation } from "@/contracts/recycle-bin";
import { workspaceRoute } from "@/server/platform/http/route";
import { startPurge } from "@/server/recycle-bin/start-purge";

export const POST = workspaceRoute(startPurgeOperation, (scope, { params, body }) =>
  startPurge(scope, { ...params, ...body }),
);
