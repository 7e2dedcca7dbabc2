import {
  createPlatformRule as createPlatformRuleOperation,
  getPlatformRules as getPlatformRulesOperation,
} from "@/contracts/platform-rules";
import { createPlatformRule } from "@/server/lifecycle/create-platform-rule";
import { getPlatformRules } from "@/server/lifecycle/get-platform-rules";
import { signedInRoute } from "@/server/platform/http/route";

export const GET = signedInRoute(getPlatformRulesOperation, (actor) => getPlatformRules(actor));
export const POST = signedInRoute(createPlatformRuleOperation, (actor, { body }) => createPlatformRule(actor, body));
