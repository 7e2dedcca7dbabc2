import type { RuleDefinition } from "@/domain/rules/rule";
import { armPreviewed } from "./rule-schedule.store";

/**
 * Arms the schedules of what a preview has shown: the saved rules that it was asked for, as far as they still say the same, and those
 * that were saved meanwhile with exactly what a draft said. Answers how many were armed now.
 */
export function armPreviewedRules(preview: {
  runId: string;
  spaceId: string;
  rules: readonly { id: string; definition: RuleDefinition }[];
  draft: RuleDefinition | null;
}): Promise<number> {
  return armPreviewed(preview.spaceId, preview.runId, [
    ...preview.rules.map(({ id, definition }) => ({ ruleId: id, definition })),
    ...(preview.draft === null ? [] : [{ ruleId: null, definition: preview.draft }]),
  ]);
}
