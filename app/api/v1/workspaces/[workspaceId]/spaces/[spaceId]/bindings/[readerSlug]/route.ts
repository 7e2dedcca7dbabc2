import { unbindSpace as unbindSpaceOperation } from "@/contracts/bindings";
import { workspaceRoute } from "@/server/platform/http/route";
import { unbindSpace } from "@/server/spaces/unbind-space";

export const DELETE = workspaceRoute(unbindSpaceOperation, (scope, { params }) => unbindSpace(scope, params));
