import { listRuns as listRunsOperation } from "@/contracts/history";
import { listRuns } from "@/server/history/list-runs";
import { workspaceRoute } from "@/server/platform/http/route";

export const GET = workspaceRoute(listRunsOperation, (scope, { params, query }) =>
  listRuns(scope, {
    ...params,
    ...query,
    isDryRun: query.isDryRun === undefined ? undefined : query.isDryRun === "true",
  }),
);
