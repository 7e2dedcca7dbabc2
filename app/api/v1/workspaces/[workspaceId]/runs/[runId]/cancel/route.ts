import { cancelRun as cancelRunOperation } from "@/contracts/history";
import { cancelRun } from "@/server/history/cancel-run";
import { workspaceRoute } from "@/server/platform/http/route";

export const POST = workspaceRoute(cancelRunOperation, (scope, { params }) => cancelRun(scope, params));
