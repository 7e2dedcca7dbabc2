import { listCollecting as listCollectingOperation } from "@/contracts/gc";
import { listCollecting } from "@/server/gc/list-collecting";
import { workspaceRoute } from "@/server/platform/http/route";

export const GET = workspaceRoute(listCollectingOperation, (scope) => listCollecting(scope));
