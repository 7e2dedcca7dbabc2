import { recordAudit } from "@/server/access/record-audit";
import { notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { prisma } from "@/server/platform/db/prisma";
import { deleteTarget, findTarget } from "./target.store";

/** Removes a target with its log; what waits for it is not sent any more. @throws AppError not_found */
export async function deleteNotificationTarget(
  scope: WorkspaceScope,
  input: { targetId: string },
): Promise<{ id: string }> {
  const { workspaceId, actor } = scope;
  const before = await findTarget(workspaceId, input.targetId);
  if (!before) throw notFound();
  const { id, name, kind, address, recipients, events } = before;
  await prisma().$transaction(async (tx) => {
    if (!(await deleteTarget(tx, workspaceId, id))) throw notFound();
    await recordAudit(tx, {
      ...{ actor, workspaceId, action: "notification-target.removed" },
      target: { kind: "notification-target", id, name },
      before: { kind, address, recipients, events },
    });
  });
  return { id };
}
