import { notFound } from "@/server/platform/app-error";
import type { Actor } from "@/server/platform/auth/actor";
import { prisma } from "@/server/platform/db/prisma";
import { revokeTokenRows, type TokenOwner } from "./api-token.store";
import { recordAudit } from "./record-audit";

/**
 * Revokes a token of an owner at once: the next request that brings it is refused, and so are those that were made through it, unless they are kept.
 * @throws AppError not_found for an unknown, foreign or revoked one
 */
export async function endToken(
  actor: Actor,
  owner: TokenOwner,
  { tokenId, keepMade }: { tokenId: string; keepMade: boolean },
): Promise<{ id: string; revokedCount: number }> {
  return prisma().$transaction(async (tx) => {
    const ended = await revokeTokenRows(tx, { owner, tokenId, keepMade, byName: actor.name });
    if (ended.length === 0) throw notFound();
    for (const { id, name, workspaceId } of ended)
      await recordAudit(tx, { actor, action: "token.revoked", workspaceId, target: { kind: "token", id, name } });
    return { id: tokenId, revokedCount: ended.length };
  });
}
