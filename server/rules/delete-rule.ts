import { recordAudit } from "@/server/history/record-audit";
import { notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { prisma } from "@/server/platform/db/prisma";
import { requireVersion, revisionTag } from "@/server/platform/http/etag";
import { deleteRuleRow, findRule } from "./rule.store";

/** Deletes a rule; its revisions stay, because runs and bin entries name them. @throws AppError not_found, precondition_failed */
export async function deleteRule(
  scope: WorkspaceScope,
  input: { spaceId: string; ruleId: string },
): Promise<{ id: string }> {
  const rule = await findRule(scope.workspaceId, input.spaceId, input.ruleId);
  if (!rule) throw notFound();
  const onlyRevision = requireVersion(revisionTag(rule.revision)) ? rule.revision : undefined;
  await prisma().$transaction(async (tx) => {
    if (!(await deleteRuleRow(tx, scope.workspaceId, rule.spaceId, rule.id, onlyRevision))) throw notFound();
    await recordAudit(tx, {
      workspaceId: scope.workspaceId,
      spaceId: rule.spaceId,
      actor: scope.actor,
      action: "rules.delete",
      resourceType: "rule",
      resourceId: rule.id,
      data: { name: rule.name, revision: rule.revision, definition: rule.definition },
    });
  });
  return { id: rule.id };
}
