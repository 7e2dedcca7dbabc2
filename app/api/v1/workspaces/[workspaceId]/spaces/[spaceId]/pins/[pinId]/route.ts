import { deletePin as deletePinOperation, updatePin as updatePinOperation } from "@/contracts/pins";
import { deletePin } from "@/server/images/delete-pin";
import { updatePin } from "@/server/images/update-pin";
import { workspaceRoute } from "@/server/platform/http/route";

export const PATCH = workspaceRoute(updatePinOperation, (scope, { params, body }) =>
  updatePin(scope, { ...params, ...body }),
);
export const DELETE = workspaceRoute(deletePinOperation, (scope, { params }) => deletePin(scope, params));
