import type { RunDto } from "@/contracts/history";
import type { LifecycleKeep } from "@/domain/rules/lifecycle";
import { getRun } from "@/server/history/get-run";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { tagUsage } from "@/server/workspaces/tag-usage";
import { createLifecycleRun } from "./create-lifecycle-run";
import { findPolicyRow } from "./lifecycle-policy.store";
import { listLifecycleRules } from "./list-lifecycle-rules";
import { requirePolicyPlace } from "./require-policy-place";
import { requireSound } from "./save-policy";

/**
 * Previews the policy of a space or repository as somebody writes it: a dry run of that policy alone.
 * @throws AppError not_found, unprocessable (more tags than the quota, nothing reserved)
 */
export async function previewSpaceLifecycle(
  scope: WorkspaceScope,
  input: LifecycleKeep & { spaceId: string; repository?: string | undefined },
): Promise<RunDto> {
  const { place } = await requirePolicyPlace(scope, input);
  const { quota } = await tagUsage(scope.workspaceId);
  requireSound({ ...input, isEnabled: true }, quota);
  const saved = await findPolicyRow(scope.workspaceId, place);
  const { keepLatestTags, keepDays } = input;
  const { repositoryName, spaceId } = place;
  const draft = {
    ...{ id: saved?.id ?? "policy_draft", revision: saved?.revision ?? 0, repositoryName, isEnabled: true },
    ...{ level: repositoryName === null ? ("space" as const) : ("repository" as const), keepLatestTags, keepDays },
  };
  const rules = await listLifecycleRules(scope, spaceId, draft);
  const policies = rules.filter((rule) => rule.id === draft.id);
  return getRun(scope, { runId: await createLifecycleRun(scope, { spaceId, policies, isDryRun: true }) });
}
