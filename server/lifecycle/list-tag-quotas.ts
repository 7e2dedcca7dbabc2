import type { WorkspaceQuotaDto } from "@/contracts/tag-quotas";
import type { Actor } from "@/server/platform/auth/actor";
import { listTagUsages } from "@/server/workspaces/list-tag-usages";
import { listEnabledWorkspaces } from "./lifecycle-policy.store";
import { requirePlatformActor } from "./require-platform-actor";

/** Tags and tag quota of every workspace. @throws AppError forbidden */
export async function listTagQuotas(actor: Actor): Promise<{ items: WorkspaceQuotaDto[] }> {
  requirePlatformActor(actor, "see the quotas of all workspaces");
  const [usages, enabled] = await Promise.all([listTagUsages(), listEnabledWorkspaces()]);
  return {
    items: usages.map(({ count, quota, ...workspace }) => ({
      ...{ ...workspace, tagCount: count, tagQuota: quota },
      isLifecycleEnabled: enabled.has(workspace.workspaceId),
    })),
  };
}
