import { type AppliedRule, ruleDefinitionSchema } from "@/domain/rules/rule";
import { listPlatformRuleRows } from "./platform-rule.store";

/** The enabled protect rules of the platform: they belong in every plan by rules of every space. */
export async function listPlatformRules(): Promise<AppliedRule[]> {
  const rules = await listPlatformRuleRows();
  return rules
    .filter((rule) => rule.isEnabled)
    .map(({ id, name, revision, definition }) => ({
      ...{ id, name, revision },
      definition: ruleDefinitionSchema.parse(definition),
    }));
}
