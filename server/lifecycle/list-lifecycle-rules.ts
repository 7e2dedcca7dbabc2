import { type LifecyclePolicy, lifecycleRules } from "@/domain/rules/lifecycle-policy";
import type { AppliedRule } from "@/domain/rules/rule";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { listPolicyRows, policyOf } from "./lifecycle-policy.store";

/**
 * The lifecycle policies that count in a space, as rules: each repository is covered by the closest one that is on. `draft` is a policy as
 * somebody writes it, in place of the saved one of the same level (and repository).
 */
export async function listLifecycleRules(
  scope: WorkspaceScope,
  spaceId: string,
  draft?: LifecyclePolicy,
): Promise<AppliedRule[]> {
  const saved = (await listPolicyRows(scope.workspaceId, spaceId)).map(policyOf);
  if (draft === undefined) return lifecycleRules(saved);
  const isReplaced = ({ level, repositoryName }: LifecyclePolicy) =>
    level === draft.level && repositoryName === draft.repositoryName;
  return lifecycleRules([...saved.filter((policy) => !isReplaced(policy)), draft]);
}
