import { AppError } from "@/server/platform/app-error";
import type { Actor } from "@/server/platform/auth/actor";
import type { Transaction } from "@/server/platform/db/prisma";
import { type AcceptableInvitation, takeInvitation } from "./invitation.store";
import { findMemberRow, insertMember, lockWorkspace } from "./member.store";
import { recordAudit } from "./record-audit";

export const invitationEnded = () =>
  new AppError(
    "not_found",
    "This invitation is not good any more: it was used, taken back, replaced, or is too old. Ask whoever invited you for another one.",
  );

/** Makes a person a member by an invitation to their address; who is one already keeps their role. @throws AppError not_found where it has ended */
export async function joinWorkspace(
  tx: Transaction,
  person: Extract<Actor, { kind: "user" }>,
  invitation: AcceptableInvitation,
): Promise<void> {
  const { workspace, role } = invitation;
  if (!(await lockWorkspace(tx, workspace.id)) || !(await takeInvitation(tx, invitation.id))) throw invitationEnded();
  if (await findMemberRow(tx, workspace.id, person.userId)) return;
  await insertMember(tx, { workspaceId: workspace.id, userId: person.userId, role });
  await recordAudit(tx, {
    ...{ actor: person, action: "member.joined", workspaceId: workspace.id },
    target: { kind: "member", id: person.userId, name: person.email },
    after: { role, invitedBy: invitation.invitedByName },
  });
}
