import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { endToken } from "./end-token";

/** Revokes a token of the workspace. @throws AppError not_found for an unknown, foreign or revoked one */
export function revokeWorkspaceToken(
  scope: WorkspaceScope,
  input: { tokenId: string; keepMade: boolean },
): Promise<{ id: string; revokedCount: number }> {
  return endToken(scope.actor, { workspaceId: scope.workspaceId }, input);
}
