import { createRule as createRuleOperation, listRules as listRulesOperation } from "@/contracts/rules";
import { workspaceRoute } from "@/server/platform/http/route";
import { createRule } from "@/server/rules/create-rule";
import { listRules } from "@/server/rules/list-rules";

export const GET = workspaceRoute(listRulesOperation, (scope, { params }) => listRules(scope, params));
export const POST = workspaceRoute(createRuleOperation, (scope, { params, body }) =>
  createRule(scope, { ...params, ...body }),
);
