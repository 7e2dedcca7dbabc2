import { bindSpace as bindSpaceOperation, listBindings as listBindingsOperation } from "@/contracts/bindings";
import { workspaceRoute } from "@/server/platform/http/route";
import { bindSpace } from "@/server/spaces/bind-space";
import { listBindings } from "@/server/spaces/list-bindings";

export const GET = workspaceRoute(listBindingsOperation, (scope, { params }) => listBindings(scope, params));
export const POST = workspaceRoute(bindSpaceOperation, (scope, { params, body }) =>
  bindSpace(scope, { ...params, ...body }),
);
