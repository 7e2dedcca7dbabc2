import { listRegistries as listRegistriesOperation } from "@/contracts/registries";
import { workspaceRoute } from "@/server/platform/http/route";
import { listRegistries } from "@/server/registries/list-registries";

export const GET = workspaceRoute(listRegistriesOperation, (scope) => listRegistries(scope));
