import type { InvitationDto } from "@/contracts/members";
import type { Role } from "@/domain/access/permissions";
import { AppError, notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { prisma } from "@/server/platform/db/prisma";
import { log } from "@/server/platform/log";
import { canSendMail, sendMail } from "@/server/platform/mail/send-mail";
import { countOpenInvitations, type InvitationRow } from "./invitation.store";
import { invitationDto } from "./invitation-dto";
import { makeInvitation } from "./make-invitation";
import { findMemberRow, lockWorkspace } from "./member.store";
import { stillMay } from "./still-may";
import { findAccountByEmail } from "./user.store";

const OPEN_INVITATIONS_MAX = 500;

/**
 * Invites an e-mail address into the workspace. Whether there is an account behind it is not told: they see that when they follow the link.
 * @throws AppError conflict for a member; unprocessable where too many are open
 */
export async function createInvitation(
  scope: WorkspaceScope,
  input: { email: string; role: Role },
): Promise<{ invitation: InvitationDto; link: string; isMailed: boolean }> {
  const { workspaceId, actor } = scope;
  const { row, link, workspaceName } = await prisma().$transaction(async (tx) => {
    const workspace = await lockWorkspace(tx, workspaceId);
    if (!workspace) throw notFound();
    await stillMay(tx, scope);
    const account = await findAccountByEmail(tx, input.email);
    if (account && (await findMemberRow(tx, workspaceId, account.id)))
      throw new AppError("conflict", `${input.email} is a member of this workspace already.`);
    if ((await countOpenInvitations(tx, workspaceId)) >= OPEN_INVITATIONS_MAX)
      throw new AppError(
        "unprocessable",
        `${OPEN_INVITATIONS_MAX} invitations are open. Take some of them back first.`,
      );
    const made = await makeInvitation(tx, actor, { workspaceId, ...input });
    return { ...made, workspaceName: workspace.name };
  });
  return { invitation: invitationDto(row), link, isMailed: await mail(row, link, workspaceName) };
}

/** Once it is there for good. The link is shown besides, so that mail that cannot be sent stops nobody. */
async function mail(row: InvitationRow, link: string, workspaceName: string): Promise<boolean> {
  if (!canSendMail()) return false;
  const text = [
    `${row.invitedByName} invites you to the workspace ${workspaceName} of Reclaim, as ${row.role}.`,
    "Follow this link to join. It is good once, for 7 days:",
    link,
    "If you do not expect this, there is nothing to do.",
  ].join("\n\n");
  try {
    await sendMail({ to: [row.email], subject: `Invitation to ${workspaceName}`, text });
    return true;
  } catch (error) {
    log.warn({ message: error instanceof Error ? error.message : "unknown" }, "an invitation could not be mailed");
    return false;
  }
}
