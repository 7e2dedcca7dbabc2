import type { Operation } from "@/contracts/operation";
import { AppError, notFound } from "../app-error";
import type { Actor } from "./actor";
import { findRunSpace } from "./principal.store";
import { reachesSpace, type WorkspaceScope } from "./workspace-scope";

/**
 * For operations outside of workspaces: whether a token may call one at all (see `Operation.tokens`).
 * @throws AppError forbidden
 */
export function requireReach(operation: Operation, actor: Actor): void {
  const token = actor.kind === "system" ? null : actor.token;
  if (token === null) return;
  if (operation.tokens === "none") throw notForTokens();
  if (token.spaceIds !== null && operation.tokens !== "filtered") throw tooNarrow();
}

/**
 * For operations of a workspace: a token that is limited to some spaces reaches nothing of the others, and nothing that is about all of
 * them. What an operation does not say is refused.
 * @throws AppError not_found for another space, as for an unknown one; forbidden for what is about more than its spaces
 */
export async function requireSpaceReach(
  operation: Operation,
  scope: WorkspaceScope,
  params: Record<string, unknown>,
): Promise<void> {
  const token = scope.actor.kind === "system" ? null : scope.actor.token;
  if (token !== null && operation.tokens === "none") throw notForTokens();
  if (scope.spaceIds === null || operation.tokens === "filtered") return;
  if (operation.tokens === "space") {
    if (!reachesSpace(scope, String(params.spaceId))) throw notFound();
  } else if (operation.tokens === "run") {
    const spaceId = await findRunSpace(scope.workspaceId, String(params.runId));
    if (spaceId === null || !reachesSpace(scope, spaceId)) throw notFound();
  } else {
    requireAllSpaces(scope);
  }
}

/**
 * For what is about a whole registry or workspace, by whatever way it is asked for.
 * @throws AppError forbidden to a token that is limited to some spaces
 */
export function requireAllSpaces(scope: WorkspaceScope): void {
  if (scope.spaceIds !== null) throw tooNarrow();
}

function notForTokens(): AppError {
  return new AppError("forbidden", "API tokens are not for this: sign in to the console to do it.");
}

function tooNarrow(): AppError {
  return new AppError(
    "forbidden",
    "This is about more than the spaces that this API token is limited to. Use one for all spaces of the workspace.",
  );
}
