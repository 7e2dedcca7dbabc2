import type { InvitationDto } from "@/contracts/members";
import type { Role } from "@/domain/access/permissions";
import { AppError, notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { prisma } from "@/server/platform/db/prisma";
import { countOpenInvitations } from "./invitation.store";
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
  return prisma().$transaction(async (tx) => {
    if (!(await lockWorkspace(tx, workspaceId))) throw notFound();
    await stillMay(tx, scope);
    const account = await findAccountByEmail(tx, input.email);
    if (account && (await findMemberRow(tx, workspaceId, account.id)))
      throw new AppError("conflict", `${input.email} is a member of this workspace already.`);
    if ((await countOpenInvitations(tx, workspaceId)) >= OPEN_INVITATIONS_MAX)
      throw new AppError(
        "unprocessable",
        `${OPEN_INVITATIONS_MAX} invitations are open. Take some of them back first.`,
      );
    const { row, link } = await makeInvitation(tx, actor, { workspaceId, ...input });
    return { invitation: invitationDto(row), link, isMailed: false };
  });
}
