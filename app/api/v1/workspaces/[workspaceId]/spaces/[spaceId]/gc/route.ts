import { getGcStatus as getGcStatusOperation } from "@/contracts/gc";
import { getGcStatus } from "@/server/gc/get-gc-status";
import { workspaceRoute } from "@/server/platform/http/route";

export const GET = workspaceRoute(getGcStatusOperation, (scope, { params }) => getGcStatus(scope, params));
