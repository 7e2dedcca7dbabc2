import { getWorkspace as getWorkspaceOperation } from "@/contracts/workspaces";
import { workspaceRoute } from "@/server/platform/http/route";
import { getWorkspace } from "@/server/workspaces/get-workspace";

export const GET = workspaceRoute(getWorkspaceOperation, (scope) => getWorkspace(scope));
