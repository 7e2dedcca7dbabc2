import { listHistory as listHistoryOperation } from "@/contracts/history";
import { listHistory } from "@/server/history/list-history";
import { workspaceRoute } from "@/server/platform/http/route";

export const GET = workspaceRoute(listHistoryOperation, (scope, { params, query }) =>
  listHistory(scope, { ...params, ...query }),
);
