import { getRegistryGc as getRegistryGcOperation } from "@/contracts/gc";
import { getRegistryGc } from "@/server/gc/get-registry-gc";
import { workspaceRoute } from "@/server/platform/http/route";

export const GET = workspaceRoute(getRegistryGcOperation, (scope, { params }) => getRegistryGc(scope, params));
