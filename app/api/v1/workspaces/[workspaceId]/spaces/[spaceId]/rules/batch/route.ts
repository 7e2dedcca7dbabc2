import { createRules as operation } from "@/contracts/rule-import";
import { workspaceRoute } from "@/server/platform/http/route";
import { createRules } from "@/server/rules/create-rules";

export const POST = workspaceRoute(operation, (scope, { params, body }) => createRules(scope, { ...params, ...body }));
