import type { LifecycleOutcomeDto } from "@/contracts/lifecycle";
import type { LifecycleKeep } from "@/domain/rules/lifecycle";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { tagUsage } from "@/server/workspaces/tag-usage";
import { findPolicyRow } from "./lifecycle-policy.store";
import { requireSound } from "./save-policy";
import { startInOwnSpaces } from "./start-in-own-spaces";

/**
 * Previews a lifecycle policy of the workspace as somebody writes it: a dry run in each space, with the policies that outrank it there.
 * @throws AppError unprocessable (more tags than the quota, nothing reserved)
 */
export async function tryLifecycle(
  scope: WorkspaceScope,
  keep: LifecycleKeep,
): Promise<{ outcomes: LifecycleOutcomeDto[] }> {
  const { quota } = await tagUsage(scope.workspaceId);
  requireSound({ ...keep, isEnabled: true }, quota);
  const saved = await findPolicyRow(scope.workspaceId, { spaceId: null, repositoryName: null });
  const { keepLatestTags, keepDays } = keep;
  const draft = {
    ...{ id: saved?.id ?? "policy_draft", revision: saved?.revision ?? 0, level: "workspace" as const },
    ...{ repositoryName: null, isEnabled: true, keepLatestTags, keepDays },
  };
  return { outcomes: await startInOwnSpaces(scope, { isDryRun: true, draft }) };
}
