import type { LifecyclePolicyDto, SpaceLifecycleDto } from "@/contracts/lifecycle";
import { effectivePolicy } from "@/domain/rules/lifecycle-policy";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { tagUsage } from "@/server/workspaces/tag-usage";
import { listPolicyRows, type PolicyRecord, policyOf } from "./lifecycle-policy.store";
import { lifecyclePolicyDto } from "./lifecycle-policy-dto";
import { requirePolicyPlace } from "./require-policy-place";

/** Which policy counts for a space or one of its repositories: its own, else the space's, else the workspace's. @throws AppError not_found */
export async function getSpaceLifecycle(
  scope: WorkspaceScope,
  input: { spaceId: string; repository?: string | undefined },
): Promise<SpaceLifecycleDto> {
  const { place, tagCount } = await requirePolicyPlace(scope, input);
  const [rows, usage] = await Promise.all([
    listPolicyRows(scope.workspaceId, place.spaceId),
    tagUsage(scope.workspaceId),
  ]);
  const { repositoryName } = place;
  const own = rows.find((row) => row.spaceId !== null && row.repositoryName === repositoryName) ?? null;
  // Seen from a space, what its repositories have of their own does not count.
  const here = rows.filter((row) => row.repositoryName === null || row.repositoryName === repositoryName);
  return {
    own: own && lifecyclePolicyDto(own),
    effective: closest(here, repositoryName),
    inherited: closest(
      here.filter((row) => row !== own),
      repositoryName,
    ),
    tagCount,
    workspaceTagCount: usage.count,
    tagQuota: usage.quota,
  };
}

function closest(rows: readonly PolicyRecord[], repositoryName: string | null): LifecyclePolicyDto | null {
  const policy = effectivePolicy(rows.map(policyOf), repositoryName ?? "");
  const row = rows.find(({ id }) => id === policy?.id);
  return row === undefined ? null : lifecyclePolicyDto(row);
}
