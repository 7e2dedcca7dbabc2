import { testRegistry as testRegistryOperation } from "@/contracts/registries";
import { workspaceRoute } from "@/server/platform/http/route";
import { testRegistry } from "@/server/registries/test-registry";

export const POST = workspaceRoute(testRegistryOperation, (scope, { body }) => testRegistry(scope, body));
