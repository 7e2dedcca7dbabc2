import { createPins as createPinsOperation, listPins as listPinsOperation } from "@/contracts/pins";
import { createPins } from "@/server/images/create-pins";
import { listPins } from "@/server/images/list-pins";
import { workspaceRoute } from "@/server/platform/http/route";

export const GET = workspaceRoute(listPinsOperation, (scope, { params, query }) =>
  listPins(scope, { ...params, ...query }),
);
export const POST = workspaceRoute(createPinsOperation, (scope, { params, body }) =>
  createPins(scope, { ...params, ...body }),
);
