import { listAudit as listAuditOperation } from "@/contracts/audit";
import { listAudit } from "@/server/access/list-audit";
import { workspaceRoute } from "@/server/platform/http/route";

export const GET = workspaceRoute(listAuditOperation, (scope, { query }) => listAudit(scope, query));
