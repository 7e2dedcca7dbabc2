import { getReclaimableByReason as operation } from "@/contracts/storage";
import { workspaceRoute } from "@/server/platform/http/route";
import { getReclaimableByReason } from "@/server/rules/get-reclaimable-by-reason";

export const GET = workspaceRoute(operation, (scope, { params }) => getReclaimableByReason(scope, params));
