import { checkRegistry as checkRegistryOperation } from "@/contracts/registries";
import { workspaceRoute } from "@/server/platform/http/route";
import { checkRegistry } from "@/server/registries/check-registry";

export const POST = workspaceRoute(checkRegistryOperation, (scope, { params }) => checkRegistry(scope, params));
