import type { Role } from "@/domain/access/permissions";
import type { Actor } from "@/server/platform/auth/actor";
import type { Transaction } from "@/server/platform/db/prisma";
import { newId } from "@/server/platform/new-id";
import { type InvitationRow, insertInvitation } from "./invitation.store";
import { recordAudit } from "./record-audit";
import { INVITATION_DAYS, invitationLink, newLinkToken } from "./secret-link";

/** A fresh invitation in the place of an earlier one, with its link: only the hash of its secret is kept. */
export async function makeInvitation(
  tx: Transaction,
  actor: Actor,
  input: { workspaceId: string; email: string; role: Role },
): Promise<{ row: InvitationRow; link: string }> {
  const { token, tokenHash } = newLinkToken();
  const expiresAt = new Date(Date.now() + INVITATION_DAYS * 86_400_000);
  const row = await insertInvitation(tx, {
    id: newId("inv"),
    ...input,
    tokenHash,
    invitedByName: actor.name,
    expiresAt,
  });
  await recordAudit(tx, {
    ...{ actor, action: "invitation.created", workspaceId: input.workspaceId },
    target: { kind: "invitation", id: row.id, name: row.email },
    after: { role: row.role, expiresAt: expiresAt.toISOString() },
  });
  return { row, link: invitationLink(token) };
}
