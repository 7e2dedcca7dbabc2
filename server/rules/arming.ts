import type { RuleDefinition } from "@/domain/rules/rule";

const NOT_ARMED = "It was not previewed since it was last edited. Preview it to arm its schedule.";
/** A run by itself would take more than its preview showed. */
export const PROTECTION_CHANGED = "Protection changed since its preview: preview it again to arm its schedule.";

/** Whether a rule starts runs by itself, and so only under a revision that somebody has previewed. */
export function needsArming(definition: RuleDefinition): boolean {
  return definition.effect === "reclaim" && definition.schedule.kind !== "manual";
}

/** Whether a preview showed what a rule says now. What protected images then may be gone: see whyNotArmed. */
export function isPreviewed(rule: { revision: number; armedRevision: number | null }): boolean {
  return rule.armedRevision === rule.revision;
}

/** Why a rule may not start a run by itself; null = it may. `unprotected` are those of listUnprotected. */
export function whyNotArmed(
  rule: { id: string; revision: number; armedRevision: number | null },
  unprotected: ReadonlySet<string>,
): string | null {
  if (!isPreviewed(rule)) return NOT_ARMED;
  return unprotected.has(rule.id) ? PROTECTION_CHANGED : null;
}
