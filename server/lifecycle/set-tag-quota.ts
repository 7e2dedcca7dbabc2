import type { WorkspaceQuotaDto } from "@/contracts/tag-quotas";
import { notFound } from "@/server/platform/app-error";
import type { Actor } from "@/server/platform/auth/actor";
import { changeTagQuota } from "@/server/workspaces/change-tag-quota";
import { listTagQuotas } from "./list-tag-quotas";
import { requirePlatformActor } from "./require-platform-actor";

/**
 * Sets how many tags a workspace may hold before its lifecycle policies run. Policies that reserve more than that stay as they are: they
 * keep more, and the next edit has to bring them below it.
 * @throws AppError forbidden, not_found
 */
export async function setTagQuota(
  actor: Actor,
  input: { workspaceId: string; tagQuota: number },
): Promise<WorkspaceQuotaDto> {
  requirePlatformActor(actor, "set tag quotas");
  await changeTagQuota(actor, input);
  const saved = (await listTagQuotas(actor)).items.find((item) => item.workspaceId === input.workspaceId);
  if (!saved) throw notFound();
  return saved;
}
