import {
  getSpace as getSpaceOperation,
  removeSpace as removeSpaceOperation,
  updateSpace as updateSpaceOperation,
} from "@/contracts/spaces";
import { workspaceRoute } from "@/server/platform/http/route";
import { getSpace } from "@/server/spaces/get-space";
import { removeSpace } from "@/server/spaces/remove-space";
import { updateSpace } from "@/server/spaces/update-space";

export const GET = workspaceRoute(getSpaceOperation, (scope, { params }) => getSpace(scope, params));
export const PATCH = workspaceRoute(updateSpaceOperation, (scope, { params, body }) =>
  updateSpace(scope, { ...params, ...body }),
);
export const DELETE = workspaceRoute(removeSpaceOperation, (scope, { params, query }) =>
  removeSpace(scope, { ...params, ...query }),
);
