import type { Actor } from "@/server/platform/auth/actor";
import type { Transaction } from "@/server/platform/db/prisma";
import { lockTokens, revokeAllTokenRows } from "./api-token.store";
import { recordAudit } from "./record-audit";

/**
 * Revokes every API token of a person, also one that is being made at this moment. Tokens of workspaces stay, whoever made them: they are
 * no person's. Answers how many it were.
 */
export async function endPersonalTokens(tx: Transaction, actor: Actor, userId: string): Promise<number> {
  await lockTokens(tx, { userId });
  const ended = await revokeAllTokenRows(tx, { userId }, actor.name);
  for (const { id, name, workspaceId } of ended)
    await recordAudit(tx, { actor, action: "token.revoked", workspaceId, target: { kind: "token", id, name } });
  return ended.length;
}
