import { getActiveGc as getActiveGcOperation } from "@/contracts/gc";
import { getActiveGc } from "@/server/gc/get-active-gc";
import { workspaceRoute } from "@/server/platform/http/route";

export const GET = workspaceRoute(getActiveGcOperation, (scope, { params }) => getActiveGc(scope, params));
