import {
  deleteRule as deleteRuleOperation,
  getRule as getRuleOperation,
  updateRule as updateRuleOperation,
} from "@/contracts/rules";
import { workspaceRoute } from "@/server/platform/http/route";
import { deleteRule } from "@/server/rules/delete-rule";
import { getRule } from "@/server/rules/get-rule";
import { updateRule } from "@/server/rules/update-rule";

export const GET = workspaceRoute(getRuleOperation, (scope, { params }) => getRule(scope, params));
export const PATCH = workspaceRoute(updateRuleOperation, (scope, { params, body }) =>
  updateRule(scope, { ...params, ...body }),
);
export const DELETE = workspaceRoute(deleteRuleOperation, (scope, { params }) => deleteRule(scope, params));
