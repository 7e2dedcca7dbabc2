import { changeRole as changeRoleOperation, removeMember as removeMemberOperation } from "@/contracts/members";
import { changeRole } from "@/server/access/change-role";
import { removeMember } from "@/server/access/remove-member";
import { workspaceRoute } from "@/server/platform/http/route";

export const PATCH = workspaceRoute(changeRoleOperation, (scope, { params, body }) =>
  changeRole(scope, { userId: params.userId, role: body.role }),
);
export const DELETE = workspaceRoute(removeMemberOperation, (scope, { params }) => removeMember(scope, params.userId));
