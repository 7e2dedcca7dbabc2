import { notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { prisma } from "@/server/platform/db/prisma";
import { keepAnAdmin } from "./keep-an-admin";
import { deleteMember, findMemberRow, lockWorkspace } from "./member.store";
import { recordAudit } from "./record-audit";
import { stillMay } from "./still-may";

/**
 * Takes somebody out of the workspace: their next request is refused, open streams end, and their tokens for it are revoked. What they did
 * stays on record, and so do the rules they made.
 * @throws AppError not_found; conflict for the last admin
 */
export async function removeMember(scope: WorkspaceScope, userId: string): Promise<Record<string, never>> {
  const { workspaceId, actor } = scope;
  await prisma().$transaction(async (tx) => {
    if (!(await lockWorkspace(tx, workspaceId))) throw notFound();
    // Who takes themselves out needs no role for it.
    const isOneself = actor.kind === "user" && actor.userId === userId;
    if (!isOneself) await stillMay(tx, scope);
    const member = await findMemberRow(tx, workspaceId, userId);
    if (!member) throw notFound();
    if (member.role === "admin") await keepAnAdmin(tx, workspaceId, member.user);
    await deleteMember(tx, { workspaceId, userId, by: actor.name });
    await recordAudit(tx, {
      ...{ actor, action: isOneself ? "member.left" : "member.removed", workspaceId },
      target: { kind: "member", id: userId, name: member.user.email },
      ...{ before: { role: member.role }, after: null },
    });
  });
  return {};
}
