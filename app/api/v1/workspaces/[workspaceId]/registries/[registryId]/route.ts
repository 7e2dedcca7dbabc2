import {
  detachRegistry as detachRegistryOperation,
  getRegistry as getRegistryOperation,
  updateRegistry as updateRegistryOperation,
} from "@/contracts/registries";
import { workspaceRoute } from "@/server/platform/http/route";
import { detachRegistry } from "@/server/registries/detach-registry";
import { getRegistry } from "@/server/registries/get-registry";
import { updateRegistry } from "@/server/registries/update-registry";

export const GET = workspaceRoute(getRegistryOperation, (scope, { params }) => getRegistry(scope, params));
export const PATCH = workspaceRoute(updateRegistryOperation, (scope, { params, body }) =>
  updateRegistry(scope, { ...body, ...params }),
);
export const DELETE = workspaceRoute(detachRegistryOperation, (scope, { params }) => detachRegistry(scope, params));
