import {
  attachRegistry as attachRegistryOperation,
  listRegistries as listRegistriesOperation,
} from "@/contracts/registries";
import { workspaceRoute } from "@/server/platform/http/route";
import { attachRegistry } from "@/server/registries/attach-registry";
import { listRegistries } from "@/server/registries/list-registries";

export const GET = workspaceRoute(listRegistriesOperation, (scope) => listRegistries(scope));
export const POST = workspaceRoute(attachRegistryOperation, (scope, { body }) => attachRegistry(scope, body));
