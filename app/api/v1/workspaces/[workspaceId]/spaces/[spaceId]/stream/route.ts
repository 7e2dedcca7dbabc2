import { watchSpace as watchSpaceOperation } from "@/contracts/space-stream";
import { watchSpace } from "@/server/images/watch-space";
import { workspaceStreamRoute } from "@/server/platform/http/route";

export const GET = workspaceStreamRoute(watchSpaceOperation, (scope, { params }, facts) =>
  watchSpace(scope, { spaceId: params.spaceId }, facts),
);
