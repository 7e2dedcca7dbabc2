import type { AppliedRule } from "@/domain/rules/rule";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { listRuleRecords } from "@/server/rules/list-rule-records";
import { listLifecycleRules } from "./list-lifecycle-rules";
import { listPlatformRules } from "./list-platform-rules";

/**
 * Everything that may speak for or against an image of a space now: its own rules, disabled ones included, the platform's protect rules, and
 * the lifecycle policies that count in it. What an item of a run was planned by is looked up here before it moves.
 */
export async function listStandingRules(
  scope: WorkspaceScope,
  spaceId: string,
): Promise<(AppliedRule & { isEnabled: boolean })[]> {
  const [own, platform, lifecycle] = await Promise.all([
    listRuleRecords(scope, spaceId),
    listPlatformRules(),
    listLifecycleRules(scope, spaceId),
  ]);
  return [...own, ...[...platform, ...lifecycle].map((rule) => ({ ...rule, isEnabled: true }))];
}
