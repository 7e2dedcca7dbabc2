import type { PlatformRuleDto } from "@/contracts/rules";
import { listPlatformRuleRows } from "./platform-rule.store";
import { platformRuleDto } from "./platform-rule-dto";

/** The enabled protect rules of the platform, as shown beside the rules of a space. */
export async function showPlatformRules(): Promise<PlatformRuleDto[]> {
  return (await listPlatformRuleRows()).filter((rule) => rule.isEnabled).map(platformRuleDto);
}
