import type { RuleDefinition } from "@/domain/rules/rule";

/** Whether a rule starts runs by itself, and so only under a revision that somebody has previewed. */
export function needsArming(definition: RuleDefinition): boolean {
  return definition.effect === "reclaim" && definition.schedule.kind !== "manual";
}

export function isArmed(rule: { revision: number; armedRevision: number | null }): boolean {
  return rule.armedRevision === rule.revision;
}
