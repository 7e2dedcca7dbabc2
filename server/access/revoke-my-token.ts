import { notFound } from "@/server/platform/app-error";
import type { Actor } from "@/server/platform/auth/actor";
import { listTokenRows } from "./api-token.store";
import { endToken } from "./end-token";
import { isWithinReach } from "./is-within-reach";
import { requireTokenOwner } from "./require-token-owner";

/**
 * Revokes a personal token of whoever asks. Through a token that is limited in any way: itself and those that were made through it.
 * @throws AppError not_found for any other
 */
export async function revokeMyToken(
  actor: Actor,
  input: { tokenId: string; keepMade: boolean },
): Promise<{ id: string; revokedCount: number }> {
  const { userId, token } = requireTokenOwner(actor);
  const [row] = await listTokenRows({ userId }, input.tokenId);
  if (!row || !isWithinReach(token, row)) throw notFound();
  return endToken(actor, { userId }, input);
}
