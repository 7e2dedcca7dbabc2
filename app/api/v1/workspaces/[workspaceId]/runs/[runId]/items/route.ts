import { listRunItems as listRunItemsOperation } from "@/contracts/run-items";
import { listRunItems } from "@/server/history/list-run-items";
import { workspaceRoute } from "@/server/platform/http/route";

export const GET = workspaceRoute(listRunItemsOperation, (scope, { params, query }) =>
  listRunItems(scope, { ...params, ...query }),
);
