import { listImageEvents as listImageEventsOperation } from "@/contracts/image-history";
import { listImageEvents } from "@/server/images/list-image-events";
import { workspaceRoute } from "@/server/platform/http/route";

export const GET = workspaceRoute(listImageEventsOperation, (scope, { params, query }) =>
  listImageEvents(scope, { ...params, ...query }),
);
