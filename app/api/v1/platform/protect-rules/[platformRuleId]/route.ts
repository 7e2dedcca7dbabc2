import {
  deletePlatformRule as deletePlatformRuleOperation,
  updatePlatformRule as updatePlatformRuleOperation,
} from "@/contracts/platform-rules";
import { deletePlatformRule } from "@/server/lifecycle/delete-platform-rule";
import { updatePlatformRule } from "@/server/lifecycle/update-platform-rule";
import { signedInRoute } from "@/server/platform/http/route";

export const PATCH = signedInRoute(updatePlatformRuleOperation, (actor, { params, body }) =>
  updatePlatformRule(actor, { ...params, ...body }),
);
export const DELETE = signedInRoute(deletePlatformRuleOperation, (actor, { params }) =>
  deletePlatformRule(actor, params),
);
