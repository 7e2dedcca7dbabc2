import { isDeepStrictEqual } from "node:util";
import { strictestLimits } from "@/domain/reclaim/apply-limits";
import type { RunContext } from "@/server/history/run-context";
import { listPlatformRules } from "@/server/lifecycle/list-platform-rules";
import { armPreviewedRules } from "@/server/rules/arm-previewed-rules";
import { listRuleRecords } from "@/server/rules/list-rule-records";
import { isByHand, type ReclaimOptions, reclaimOptions } from "./reclaim-options";

/**
 * Arms the schedules of the rules that a dry run has previewed, where a run by itself would take what it showed: nothing where a protect rule
 * took part that no run would freeze (a disabled one that was chosen), and of several rules those whose own limits were the strictest.
 */
export async function armRules({ run, scope }: Pick<RunContext, "run" | "scope">): Promise<void> {
  const options = reclaimOptions(run.options);
  if (isByHand(options) || !(await isProtectedAlike(scope, run.spaceId, options))) return;
  const limits = strictestLimits(options.rules.map((rule) => rule.definition));
  const isLimitedAlike = (rule: Pick<ReclaimOptions["rules"][number], "definition">) =>
    isDeepStrictEqual(strictestLimits([rule.definition]), limits);
  const { draft } = options;
  await armPreviewedRules({
    ...{ runId: run.id, spaceId: run.spaceId },
    draft: draft !== undefined && isLimitedAlike(draft) ? draft.definition : null,
    rules: options.rules.filter((rule) => options.ruleIds.includes(rule.id) && isLimitedAlike(rule)),
  });
}

/** Whether a run of now would freeze every protect rule of a preview; more is no matter. */
async function isProtectedAlike(scope: RunContext["scope"], spaceId: string, { rules }: ReclaimOptions) {
  const [saved, platform] = await Promise.all([listRuleRecords(scope, spaceId), listPlatformRules()]);
  const now = [...saved.filter((rule) => rule.isEnabled), ...platform];
  return rules
    .filter((rule) => rule.definition.effect === "protect")
    .every(({ id, revision }) => now.some((rule) => rule.id === id && rule.revision === revision));
}
