import { confirmRun as confirmRunOperation } from "@/contracts/reclaim";
import { confirmRun } from "@/server/history/confirm-run";
import { workspaceRoute } from "@/server/platform/http/route";

export const POST = workspaceRoute(confirmRunOperation, (scope, { params }) => confirmRun(scope, params));
