import { AppError } from "@/server/platform/app-error";
import type { AppliedRuleRecord } from "@/server/rules/list-rule-records";

/** The rules of a request: those it names, each once, or every enabled one that reclaims. @throws AppError unprocessable where that is none */
export function chosenRuleIds(
  input: { ruleIds: readonly string[] } | { all: true } | object,
  saved: readonly AppliedRuleRecord[],
): string[] {
  if ("ruleIds" in input) return [...new Set(input.ruleIds)];
  if (!("all" in input)) return [];
  const all = saved.filter((rule) => rule.isEnabled && rule.definition.effect === "reclaim").map((rule) => rule.id);
  if (all.length === 0)
    throw new AppError("unprocessable", "No rule of this space is enabled and reclaims. Enable one first.");
  return all;
}
