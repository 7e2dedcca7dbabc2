import type { MemberDto } from "@/contracts/members";
import type { Role } from "@/domain/access/permissions";
import { notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { prisma } from "@/server/platform/db/prisma";
import { keepAnAdmin } from "./keep-an-admin";
import { findMemberRow, lockWorkspace, updateRole } from "./member.store";
import { recordAudit } from "./record-audit";
import { stillMay } from "./still-may";

/** Changes a member's role; it holds from their next request on. @throws AppError not_found; conflict for the last admin */
export async function changeRole(scope: WorkspaceScope, input: { userId: string; role: Role }): Promise<MemberDto> {
  const { workspaceId, actor } = scope;
  const { userId, role } = input;
  return prisma().$transaction(async (tx) => {
    if (!(await lockWorkspace(tx, workspaceId))) throw notFound();
    await stillMay(tx, scope);
    const member = await findMemberRow(tx, workspaceId, userId);
    if (!member) throw notFound();
    const { name, email, disabledAt } = member.user;
    if (member.role === "admin" && role !== "admin") await keepAnAdmin(tx, workspaceId, member.user);
    if (member.role !== role) {
      await updateRole(tx, workspaceId, userId, role);
      await recordAudit(tx, {
        ...{ actor, action: "member.role-changed", workspaceId },
        target: { kind: "member", id: userId, name: email },
        ...{ before: { role: member.role }, after: { role } },
      });
    }
    return { userId, name, email, role, since: member.createdAt.toISOString(), isDisabled: disabledAt !== null };
  });
}
