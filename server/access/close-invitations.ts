import type { Transaction } from "@/server/platform/db/prisma";
import { revokeAllInvitations } from "./invitation.store";

/** Takes back all invitations to a workspace that is going. */
export function closeInvitations(tx: Transaction, workspaceId: string): Promise<void> {
  return revokeAllInvitations(tx, workspaceId);
}
