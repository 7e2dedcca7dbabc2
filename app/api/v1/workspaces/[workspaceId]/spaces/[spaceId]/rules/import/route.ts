import { importRules as operation } from "@/contracts/rule-import";
import { workspaceRoute } from "@/server/platform/http/route";
import { importRules } from "@/server/rules/import-rules";

export const POST = workspaceRoute(operation, (scope, { params, body }) => importRules(scope, { ...params, ...body }));
