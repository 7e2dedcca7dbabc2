import { exportAudit as exportAuditOperation } from "@/contracts/audit";
import { exportAudit } from "@/server/access/export-audit";
import { workspaceFileRoute } from "@/server/platform/http/route";

export const GET = workspaceFileRoute(exportAuditOperation, (scope, { query }, facts) =>
  exportAudit(scope, query, facts),
);
