import type { AuditPageDto } from "@/contracts/audit";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { type AuditQuery, readAuditPage } from "./read-audit-page";

/** Every change in a workspace and every refusal, newest first. */
export function listAudit(scope: WorkspaceScope, input: AuditQuery): Promise<AuditPageDto> {
  return readAuditPage(scope.workspaceId, input);
}
