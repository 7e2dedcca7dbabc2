import { type PlatformRuleDto, RULES_PER_SPACE_MAX, type RuleDto } from "@/contracts/rules";
import { showPlatformRules } from "@/server/lifecycle/show-platform-rules";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { requireSpace } from "@/server/spaces/require-space";
import { listUnprotected } from "./list-unprotected";
import { listLastRuns, listRuleRows } from "./rule.store";
import { ruleDto } from "./rule-dto";
import { listLastFirings } from "./rule-firing.store";

/** Rules of a space in the order they were made. @throws AppError not_found */
export async function listRules(
  scope: WorkspaceScope,
  input: { spaceId: string },
): Promise<{ items: RuleDto[]; maximum: typeof RULES_PER_SPACE_MAX; platformRules: PlatformRuleDto[] }> {
  const space = await requireSpace(scope, input.spaceId);
  const [rules, lastRuns, lastFirings, platformRules] = await Promise.all([
    listRuleRows(scope.workspaceId, space.id),
    listLastRuns(scope.workspaceId, space.id),
    listLastFirings(scope.workspaceId, space.id),
    showPlatformRules(),
  ]);
  const unprotected = await listUnprotected(rules);
  const lastOf = new Map(lastRuns.map((run) => [run.ruleId, run]));
  return {
    items: rules.map((rule) => ruleDto(rule, lastOf.get(rule.id), lastFirings.get(rule.id), unprotected)),
    maximum: RULES_PER_SPACE_MAX,
    platformRules,
  };
}
