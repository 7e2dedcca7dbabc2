import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { listMemberRows } from "./workspace.store";

/** Members of a workspace and their roles. */
export async function listMembers(scope: WorkspaceScope) {
  const members = await listMemberRows(scope.workspaceId);
  return {
    items: members.map(({ role, createdAt, user }) => ({
      userId: user.id,
      name: user.name,
      email: user.email,
      role,
      since: createdAt.toISOString(),
      isDisabled: user.disabledAt !== null,
    })),
  };
}
