import type { PlatformRuleDto } from "@/contracts/rules";
import { ruleDefinitionSchema } from "@/domain/rules/rule";
import { ruleSentence } from "@/domain/rules/sentence";
import type { PlatformRuleRecord } from "./platform-rule.store";

/** A protect rule of the platform as the API shows it. */
export function platformRuleDto(rule: PlatformRuleRecord): PlatformRuleDto {
  const definition = ruleDefinitionSchema.parse(rule.definition);
  return {
    id: rule.id,
    name: rule.name,
    definition,
    sentence: ruleSentence(definition),
    isEnabled: rule.isEnabled,
    revision: rule.revision,
    updatedAt: rule.updatedAt.toISOString(),
    updatedByName: rule.updatedByName,
  };
}
