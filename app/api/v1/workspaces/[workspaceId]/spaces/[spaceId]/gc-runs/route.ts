import { startGc as startGcOperation } from "@/contracts/gc";
import { startGc } from "@/server/gc/start-gc";
import { workspaceRoute } from "@/server/platform/http/route";

export const POST = workspaceRoute(startGcOperation, (scope, { params, body }) =>
  startGc(scope, { ...params, ...body }),
);
