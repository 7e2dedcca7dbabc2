import { undoGc as undoGcOperation } from "@/contracts/gc";
import { undoGc } from "@/server/gc/undo-gc";
import { workspaceRoute } from "@/server/platform/http/route";

export const POST = workspaceRoute(undoGcOperation, (scope, { params }) => undoGc(scope, params));
