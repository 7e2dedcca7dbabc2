import type { ApiTokenDto, NewTokenInput } from "@/contracts/tokens";
import { notFound } from "@/server/platform/app-error";
import type { Actor } from "@/server/platform/auth/actor";
import { openScope } from "@/server/platform/auth/workspace-scope";
import { makeToken } from "./make-token";
import { requireTokenOwner } from "./require-token-owner";

/**
 * Makes a token of whoever asks, for all of their workspaces or for one.
 * @throws AppError not_found for a workspace that is not theirs and for an unknown space; forbidden and conflict as `makeToken`
 */
export async function createMyToken(
  actor: Actor,
  input: NewTokenInput,
): Promise<{ token: ApiTokenDto; secret: string }> {
  const person = requireTokenOwner(actor);
  if (input.workspaceId !== null) await openScope(person, input.workspaceId);
  else if (input.spaceIds !== null) throw notFound();
  return makeToken(person, { userId: person.userId }, input);
}
