import { compareRuns as compareRunsOperation } from "@/contracts/run-items";
import { compareRuns } from "@/server/history/compare-runs";
import { workspaceRoute } from "@/server/platform/http/route";

export const GET = workspaceRoute(compareRunsOperation, (scope, { params, query }) =>
  compareRuns(scope, { ...params, ...query }),
);
