import { syncSpace as syncSpaceOperation } from "@/contracts/spaces";
import { workspaceRoute } from "@/server/platform/http/route";
import { syncSpace } from "@/server/spaces/sync-space";

export const POST = workspaceRoute(syncSpaceOperation, (scope, { params }) => syncSpace(scope, params));
