import { requestGc as requestGcOperation } from "@/contracts/gc-settings";
import { requestGc } from "@/server/gc/request-gc";
import { workspaceRoute } from "@/server/platform/http/route";

export const POST = workspaceRoute(requestGcOperation, (scope, { params, body }) =>
  requestGc(scope, { ...params, ...body }),
);
