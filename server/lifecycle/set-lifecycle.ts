import type { LifecycleDto } from "@/contracts/lifecycle";
import type { LifecycleKeep } from "@/domain/rules/lifecycle";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { getLifecycle } from "./get-lifecycle";
import { savePolicy } from "./save-policy";

/**
 * Sets the lifecycle policy of a workspace. It runs once the tags reach the quota.
 * @throws AppError unprocessable (more tags than the quota, nothing reserved), conflict (changed meanwhile)
 */
export async function setLifecycle(
  scope: WorkspaceScope,
  input: LifecycleKeep & { revision: number; isEnabled: boolean },
): Promise<LifecycleDto> {
  await savePolicy(scope, { spaceId: null, repositoryName: null }, input);
  return getLifecycle(scope);
}
