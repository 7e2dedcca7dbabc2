import { leaveWorkspace as leaveWorkspaceOperation } from "@/contracts/members";
import { leaveWorkspace } from "@/server/access/leave-workspace";
import { workspaceRoute } from "@/server/platform/http/route";

export const POST = workspaceRoute(leaveWorkspaceOperation, (scope) => leaveWorkspace(scope));
