import type { InvitationDto } from "@/contracts/members";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { listOpenInvitations } from "./invitation.store";
import { invitationDto } from "./invitation-dto";

/** Invitations to the workspace that nobody has accepted yet, the latest first. */
export async function listInvitations(scope: WorkspaceScope): Promise<{ items: InvitationDto[] }> {
  return { items: (await listOpenInvitations(scope.workspaceId)).map(invitationDto) };
}
