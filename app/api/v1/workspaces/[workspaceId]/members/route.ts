import { listMembers as listMembersOperation } from "@/contracts/members";
import { workspaceRoute } from "@/server/platform/http/route";
import { listMembers } from "@/server/workspaces/list-members";

export const GET = workspaceRoute(listMembersOperation, (scope) => listMembers(scope));
