import { summarizeRunItems as summarizeRunItemsOperation } from "@/contracts/run-items";
import { summarizeRunItems } from "@/server/history/summarize-run-items";
import { workspaceRoute } from "@/server/platform/http/route";

export const GET = workspaceRoute(summarizeRunItemsOperation, (scope, { params, query }) =>
  summarizeRunItems(scope, { ...params, ...query }),
);
