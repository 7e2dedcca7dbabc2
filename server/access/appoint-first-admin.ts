import type { Actor } from "@/server/platform/auth/actor";
import type { Transaction } from "@/server/platform/db/prisma";
import { makeInvitation } from "./make-invitation";
import { findMemberRow, insertMember, updateRole } from "./member.store";
import { recordAudit } from "./record-audit";
import { findAccountByEmail } from "./user.store";

/** Makes somebody an admin of a workspace, which the caller has locked or made: at once where they have an account, else by an invitation. */
export async function appointFirstAdmin(
  tx: Transaction,
  actor: Actor,
  { workspaceId, email }: { workspaceId: string; email: string },
): Promise<{ email: string; invitationLink: string | null }> {
  const account = await findAccountByEmail(tx, email);
  if (!account) {
    const { link } = await makeInvitation(tx, actor, { workspaceId, email, role: "admin" });
    return { email, invitationLink: link };
  }
  const member = await findMemberRow(tx, workspaceId, account.id);
  if (member) await updateRole(tx, workspaceId, account.id, "admin");
  else await insertMember(tx, { workspaceId, userId: account.id, role: "admin" });
  await recordAudit(tx, {
    ...{ actor, action: "member.appointed", workspaceId },
    target: { kind: "member", id: account.id, name: account.email },
    ...{ before: member && { role: member.role }, after: { role: "admin" } },
  });
  return { email, invitationLink: null };
}
