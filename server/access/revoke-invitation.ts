import { notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { prisma } from "@/server/platform/db/prisma";
import { revokeOpenInvitation } from "./invitation.store";
import { recordAudit } from "./record-audit";

/** Takes an invitation back: its link is good for nothing from now on. @throws AppError not_found */
export async function revokeInvitation(scope: WorkspaceScope, invitationId: string): Promise<Record<string, never>> {
  const { workspaceId, actor } = scope;
  await prisma().$transaction(async (tx) => {
    const row = await revokeOpenInvitation(tx, workspaceId, invitationId);
    if (!row) throw notFound();
    await recordAudit(tx, {
      ...{ actor, action: "invitation.revoked", workspaceId },
      target: { kind: "invitation", id: row.id, name: row.email },
      before: { role: row.role },
    });
  });
  return {};
}
