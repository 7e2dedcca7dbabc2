import { listPlatformAudit as listPlatformAuditOperation } from "@/contracts/audit";
import { listPlatformAudit } from "@/server/access/list-platform-audit";
import { signedInRoute } from "@/server/platform/http/route";

export const GET = signedInRoute(listPlatformAuditOperation, (actor, { query }) => listPlatformAudit(actor, query));
