import type { LifecycleDto } from "@/contracts/lifecycle";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { listSpaces } from "@/server/spaces/list-spaces";
import { tagUsage } from "@/server/workspaces/tag-usage";
import { LIFECYCLE_RESTS_MS } from "./fire-lifecycle";
import { findLastFiring } from "./lifecycle-firing.store";
import { countOverrides, findPolicyRow, listOverrideRows } from "./lifecycle-policy.store";
import { lifecyclePolicyDto } from "./lifecycle-policy-dto";

const OVERRIDES_SHOWN = 200;

/** The lifecycle policy of a workspace, its tags and quota, what outranks it, and what came of the last time that the quota was reached. */
export async function getLifecycle(scope: WorkspaceScope): Promise<LifecycleDto> {
  const { workspaceId } = scope;
  const [policy, usage, overrides, overrideCount, firing] = await Promise.all([
    findPolicyRow(workspaceId, { spaceId: null, repositoryName: null }),
    tagUsage(workspaceId),
    listOverrideRows(workspaceId, OVERRIDES_SHOWN),
    countOverrides(workspaceId),
    findLastFiring(workspaceId),
  ]);
  const restsUntil = firing === null ? null : new Date(firing.firedAt.getTime() + LIFECYCLE_RESTS_MS);
  return {
    policy: policy && lifecyclePolicyDto(policy),
    tagCount: usage.count,
    tagQuota: usage.quota,
    overrides: overrides.map((row) => ({ ...lifecyclePolicyDto(row), spaceName: row.space?.name ?? "" })),
    overrideCount,
    lastFiring: firing && {
      firedAt: firing.firedAt.toISOString(),
      tagCount: firing.tagCount,
      tagQuota: firing.tagQuota,
      outcomes: await withSpaceNames(scope, firing.spaces),
    },
    restsUntil: restsUntil !== null && restsUntil > new Date() ? restsUntil.toISOString() : null,
  };
}

async function withSpaceNames(
  scope: WorkspaceScope,
  outcomes: readonly { spaceId: string; runId: string | null; skippedReason: string | null }[],
) {
  if (outcomes.length === 0) return [];
  const names = new Map((await listSpaces(scope, {})).items.map((space) => [space.id, space.name]));
  return outcomes.flatMap(({ spaceId, runId, skippedReason }) => {
    const spaceName = names.get(spaceId);
    return spaceName === undefined ? [] : [{ spaceId, spaceName, runId, skippedReason }];
  });
}
