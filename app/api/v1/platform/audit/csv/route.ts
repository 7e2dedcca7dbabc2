import { exportPlatformAudit as exportPlatformAuditOperation } from "@/contracts/audit";
import { exportPlatformAudit } from "@/server/access/export-audit";
import { signedInFileRoute } from "@/server/platform/http/route";

export const GET = signedInFileRoute(exportPlatformAuditOperation, (actor, { query }, facts) =>
  exportPlatformAudit(actor, query, facts),
);
