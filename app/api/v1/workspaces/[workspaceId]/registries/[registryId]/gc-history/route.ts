import { listGcHistory as listGcHistoryOperation } from "@/contracts/gc";
import { listGcHistory } from "@/server/gc/list-gc-history";
import { workspaceRoute } from "@/server/platform/http/route";

export const GET = workspaceRoute(listGcHistoryOperation, (scope, { params, query }) =>
  listGcHistory(scope, { ...params, ...query }),
);
