import type { SpaceLifecycleDto } from "@/contracts/lifecycle";
import { recordAudit } from "@/server/history/record-audit";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { prisma } from "@/server/platform/db/prisma";
import { getSpaceLifecycle } from "./get-space-lifecycle";
import { deletePolicyRow, findPolicyRow } from "./lifecycle-policy.store";
import { requirePolicyPlace } from "./require-policy-place";

/** Removes the own policy of a space or a repository, where it has one: what it inherits counts again. @throws AppError not_found */
export async function removeSpaceLifecycle(
  scope: WorkspaceScope,
  input: { spaceId: string; repository?: string | undefined },
): Promise<SpaceLifecycleDto> {
  const { place, isGone } = await requirePolicyPlace(scope, input);
  const policy = await findPolicyRow(scope.workspaceId, place);
  if (policy === null) return getSpaceLifecycle(scope, input);
  await prisma().$transaction(async (tx) => {
    if (!(await deletePolicyRow(tx, scope.workspaceId, policy.id))) return;
    await recordAudit(tx, {
      ...{ workspaceId: scope.workspaceId, spaceId: place.spaceId, actor: scope.actor, action: "lifecycle.remove" },
      ...{ resourceType: "lifecycle-policy", resourceId: policy.id },
      data: { repositoryName: place.repositoryName, keepLatestTags: policy.keepLatestTags, keepDays: policy.keepDays },
    });
  });
  // A repository that is gone is no place for a policy any more once it has none.
  return getSpaceLifecycle(scope, isGone ? { spaceId: place.spaceId } : input);
}
