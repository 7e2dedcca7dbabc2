import { recordAudit } from "@/server/history/record-audit";
import { notFound } from "@/server/platform/app-error";
import type { Actor } from "@/server/platform/auth/actor";
import { prisma } from "@/server/platform/db/prisma";
import { deletePlatformRuleRow, findPlatformRule } from "./platform-rule.store";
import { requirePlatformActor } from "./require-platform-actor";

/** Deletes a protect rule of the platform; what it said stays in the audit log. @throws AppError forbidden, not_found */
export async function deletePlatformRule(actor: Actor, input: { platformRuleId: string }): Promise<{ id: string }> {
  requirePlatformActor(actor, "delete protect rules of the platform");
  const rule = await findPlatformRule(input.platformRuleId);
  if (!rule) throw notFound();
  await prisma().$transaction(async (tx) => {
    if (!(await deletePlatformRuleRow(tx, rule.id))) throw notFound();
    await recordAudit(tx, {
      ...{ workspaceId: null, spaceId: null, actor, action: "platform-rules.delete" },
      ...{ resourceType: "platform-rule", resourceId: rule.id },
      data: { name: rule.name, revision: rule.revision, definition: rule.definition },
    });
  });
  return { id: rule.id };
}
