import type { RuleDto } from "@/contracts/rules";
import { notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { revisionTag, tellVersion } from "@/server/platform/http/etag";
import { listUnprotected } from "./list-unprotected";
import { findRule, listLastRuns } from "./rule.store";
import { ruleDto } from "./rule-dto";
import { listLastFirings } from "./rule-firing.store";

/** @throws AppError not_found */
export async function getRule(scope: WorkspaceScope, input: { spaceId: string; ruleId: string }): Promise<RuleDto> {
  const rule = await findRule(scope.workspaceId, input.spaceId, input.ruleId);
  if (!rule) throw notFound();
  tellVersion(revisionTag(rule.revision));
  const [lastRuns, lastFirings, unprotected] = await Promise.all([
    listLastRuns(scope.workspaceId, rule.spaceId),
    listLastFirings(scope.workspaceId, rule.spaceId),
    listUnprotected([rule]),
  ]);
  return ruleDto(
    rule,
    lastRuns.find((run) => run.ruleId === rule.id),
    lastFirings.get(rule.id),
    unprotected,
  );
}
