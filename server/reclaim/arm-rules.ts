import type { RunContext } from "@/server/history/run-context";
import { armPreviewedRules } from "@/server/rules/arm-previewed-rules";
import { isByHand, reclaimOptions } from "./reclaim-options";

/** Arms the schedules of the rules that a dry run has previewed. */
export async function armRules(run: RunContext["run"]): Promise<void> {
  const options = reclaimOptions(run.options);
  if (isByHand(options)) return;
  await armPreviewedRules({
    ...{ runId: run.id, spaceId: run.spaceId, draft: options.draft?.definition ?? null },
    rules: options.rules.filter((rule) => options.ruleIds.includes(rule.id)),
  });
}
