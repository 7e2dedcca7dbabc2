import type { ApiTokenDto, NewTokenInput } from "@/contracts/tokens";
import { notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { makeToken } from "./make-token";

/**
 * Makes a token that belongs to the workspace and to nobody in it: it stays when its maker leaves.
 * @throws AppError as `makeToken`
 */
export async function createWorkspaceToken(
  scope: WorkspaceScope,
  input: Omit<NewTokenInput, "workspaceId">,
): Promise<{ token: ApiTokenDto; secret: string }> {
  const { actor, workspaceId } = scope;
  if (actor.kind === "system") throw notFound();
  return makeToken(actor, { workspaceId }, { ...input, workspaceId });
}
