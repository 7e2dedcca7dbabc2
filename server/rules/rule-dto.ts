import type { RuleDto } from "@/contracts/rules";
import { ruleDefinitionSchema } from "@/domain/rules/rule";
import { ruleSentence, scheduleText } from "@/domain/rules/sentence";
import type { LastRunOfRule, RuleRecord } from "./rule.store";

/** A rule as the API shows it, with its sentence. The stored definition is parsed again: it is a border like any other. */
export function ruleDto(rule: RuleRecord, lastRun: LastRunOfRule | undefined): RuleDto {
  const definition = ruleDefinitionSchema.parse(rule.definition);
  return {
    id: rule.id,
    name: rule.name,
    definition,
    sentence: ruleSentence(definition),
    scheduleText: scheduleText(definition.schedule),
    isEnabled: rule.isEnabled,
    revision: rule.revision,
    updatedAt: rule.updatedAt.toISOString(),
    updatedByName: rule.updatedByName,
    lastRun: lastRun
      ? {
          runId: lastRun.runId,
          status: lastRun.status,
          finishedAt: lastRun.finishedAt?.toISOString() ?? null,
          movedCount: lastRun.movedCount,
          movedBytes: lastRun.movedBytes,
        }
      : null,
  };
}
