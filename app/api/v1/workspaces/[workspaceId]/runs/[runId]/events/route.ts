import { listRunEvents as listRunEventsOperation } from "@/contracts/history";
import { listRunEvents } from "@/server/history/list-run-events";
import { workspaceRoute } from "@/server/platform/http/route";

export const GET = workspaceRoute(listRunEventsOperation, (scope, { params, query }) =>
  listRunEvents(scope, { ...params, ...query }),
);
