import { type RuleDefinition, ruleDefinitionSchema } from "@/domain/rules/rule";
import { nextCronRuns } from "@/lib/cron";

/** When a rule's schedule comes due next after a moment; null for one that is disabled, only protects, or has no cron schedule. */
export function nextRunOf(rule: { definition: unknown; isEnabled: boolean }, after: Date): Date | null {
  const definition: RuleDefinition = ruleDefinitionSchema.parse(rule.definition);
  if (!rule.isEnabled || definition.effect !== "reclaim" || definition.schedule.kind !== "cron") return null;
  const [next] = nextCronRuns(definition.schedule, after.getTime(), 1);
  return next === undefined ? null : new Date(next);
}
