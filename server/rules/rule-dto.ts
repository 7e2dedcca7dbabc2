import type { RuleDto } from "@/contracts/rules";
import { ruleDefinitionSchema } from "@/domain/rules/rule";
import { ruleSentence, scheduleText } from "@/domain/rules/sentence";
import { needsArming, whyNotArmed } from "./arming";
import type { LastRunOfRule, RuleRecord } from "./rule.store";
import type { RuleFiringRecord } from "./rule-firing.store";

/** A rule as the API shows it, with its sentence; `unprotected` as listUnprotected has it. The stored definition is parsed again: it is a border like any other. */
export function ruleDto(
  rule: RuleRecord,
  lastRun: LastRunOfRule | undefined,
  lastFiring: RuleFiringRecord | undefined,
  unprotected: ReadonlySet<string>,
): RuleDto {
  const isArmed = whyNotArmed(rule, unprotected) === null;
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
    nextRunAt: rule.nextRunAt?.toISOString() ?? null,
    arming: {
      isNeeded: needsArming(definition),
      isArmed,
      previewRunId: isArmed ? rule.armedByRunId : null,
    },
    lastFiring: lastFiring ? firingDto(lastFiring) : null,
  };
}

function firingDto(firing: RuleFiringRecord): NonNullable<RuleDto["lastFiring"]> {
  return {
    scheduledFor: firing.scheduledFor.toISOString(),
    firedAt: firing.firedAt.toISOString(),
    trigger: firing.trigger === "quota" ? "quota" : "schedule",
    outcome: firing.outcome === "started" || firing.outcome === "skipped" ? firing.outcome : "missed",
    reason: firing.reason,
    runId: firing.runId,
  };
}
