import { testRule as operation } from "@/contracts/rule-tester";
import { workspaceRoute } from "@/server/platform/http/route";
import { testRule } from "@/server/rules/test-rule";

export const POST = workspaceRoute(operation, (scope, { params, body }) => testRule(scope, { ...params, ...body }));
