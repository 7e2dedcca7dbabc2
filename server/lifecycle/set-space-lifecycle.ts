import type { SpaceLifecycleDto } from "@/contracts/lifecycle";
import type { LifecycleKeep } from "@/domain/rules/lifecycle";
import { AppError } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { getSpaceLifecycle } from "./get-space-lifecycle";
import { countOverrides } from "./lifecycle-policy.store";
import { requirePolicyPlace } from "./require-policy-place";
import { savePolicy } from "./save-policy";

/** Each run of a space carries them all. */
const REPOSITORY_POLICIES_PER_SPACE_MAX = 100;

/**
 * Gives a space, or one of its repositories, a policy of its own, which outranks what it inherits.
 * @throws AppError not_found, unprocessable (more tags than the quota, nothing reserved, the 101st), conflict (changed meanwhile)
 */
export async function setSpaceLifecycle(
  scope: WorkspaceScope,
  input: LifecycleKeep & { spaceId: string; repository?: string | undefined; revision: number },
): Promise<SpaceLifecycleDto> {
  const { place } = await requirePolicyPlace(scope, input);
  if (place.repositoryName !== null && input.revision === 0) {
    const count = await countOverrides(scope.workspaceId, place.spaceId);
    if (count >= REPOSITORY_POLICIES_PER_SPACE_MAX) {
      throw new AppError(
        "unprocessable",
        `A registry space has at most ${REPOSITORY_POLICIES_PER_SPACE_MAX} repositories with a policy of their own. Remove one first, or set one for the space.`,
      );
    }
  }
  const { revision, keepLatestTags, keepDays } = input;
  await savePolicy(scope, place, { revision, keepLatestTags, keepDays, isEnabled: true });
  return getSpaceLifecycle(scope, input);
}
