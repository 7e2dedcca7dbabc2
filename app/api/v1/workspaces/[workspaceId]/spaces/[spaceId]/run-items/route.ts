import { searchRunItems as searchRunItemsOperation } from "@/contracts/run-items";
import { searchRunItems } from "@/server/history/search-run-items";
import { workspaceRoute } from "@/server/platform/http/route";

export const GET = workspaceRoute(searchRunItemsOperation, (scope, { params, query }) =>
  searchRunItems(scope, { ...params, ...query }),
);
