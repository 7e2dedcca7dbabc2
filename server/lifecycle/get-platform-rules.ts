import { PLATFORM_RULES_MAX } from "@/contracts/platform-rules";
import type { PlatformRuleDto } from "@/contracts/rules";
import type { Actor } from "@/server/platform/auth/actor";
import { listPlatformRuleRows } from "./platform-rule.store";
import { platformRuleDto } from "./platform-rule-dto";
import { isPlatformActor } from "./require-platform-actor";

/** Protect rules of the platform in the order they were made, disabled ones included. Anybody may see what protects their images. */
export async function getPlatformRules(
  actor: Actor,
): Promise<{ items: PlatformRuleDto[]; maximum: typeof PLATFORM_RULES_MAX; canChange: boolean }> {
  const rules = await listPlatformRuleRows();
  return { items: rules.map(platformRuleDto), maximum: PLATFORM_RULES_MAX, canChange: isPlatformActor(actor) };
}
