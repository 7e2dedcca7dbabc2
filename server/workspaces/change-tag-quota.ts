import { recordAudit } from "@/server/history/record-audit";
import { notFound } from "@/server/platform/app-error";
import type { Actor } from "@/server/platform/auth/actor";
import { prisma } from "@/server/platform/db/prisma";
import { updateTagQuota } from "./tag-quota.store";

/** Sets how many tags a workspace may hold; whoever calls has asked whether the actor may. @throws AppError not_found */
export async function changeTagQuota(actor: Actor, input: { workspaceId: string; tagQuota: number }): Promise<void> {
  const { workspaceId, tagQuota } = input;
  await prisma().$transaction(async (tx) => {
    if (!(await updateTagQuota(tx, workspaceId, tagQuota))) throw notFound();
    await recordAudit(tx, {
      ...{ workspaceId, actor, action: "workspaces.tag-quota" },
      ...{ resourceType: "workspace", resourceId: workspaceId, data: { tagQuota } },
    });
  });
}
