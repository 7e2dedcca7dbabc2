import { AppError } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { removeMember } from "./remove-member";

/** Takes oneself out of a workspace. @throws AppError conflict for its last admin; forbidden for a workspace's own token */
export async function leaveWorkspace(scope: WorkspaceScope): Promise<Record<string, never>> {
  const { actor } = scope;
  if (actor.kind !== "user" || actor.token !== null)
    throw new AppError("forbidden", "Only a person who is signed in may leave a workspace, not an API token.");
  return removeMember(scope, actor.userId);
}
