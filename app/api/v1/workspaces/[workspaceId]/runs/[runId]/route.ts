import { getRun as getRunOperation } from "@/contracts/history";
import { getRun } from "@/server/history/get-run";
import { workspaceRoute } from "@/server/platform/http/route";

export const GET = workspaceRoute(getRunOperation, (scope, { params }) => getRun(scope, params));
