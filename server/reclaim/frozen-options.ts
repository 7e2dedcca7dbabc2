import { listPlatformRules } from "@/server/lifecycle/list-platform-rules";
import type { AppliedRuleRecord } from "@/server/rules/list-rule-records";
import type { ReclaimOptions } from "./reclaim-options";

/**
 * What a run by rules is to do, frozen with it: the chosen rules, and every enabled protect rule of the space and of the platform, in the
 * revisions they have.
 */
export async function frozenOptions(
  saved: readonly AppliedRuleRecord[],
  chosen: readonly AppliedRuleRecord[],
): Promise<ReclaimOptions> {
  const protecting = saved.filter((rule) => rule.isEnabled && rule.definition.effect === "protect");
  return {
    ruleIds: chosen.map((rule) => rule.id),
    rules: [...chosen, ...protecting, ...(await listPlatformRules())].map(({ id, name, revision, definition }) => ({
      ...{ id, name, revision, definition },
    })),
  };
}
