import type { AuditPageDto } from "@/contracts/audit";
import { requirePlatformActor } from "@/server/lifecycle/require-platform-actor";
import type { Actor } from "@/server/platform/auth/actor";
import { type AuditQuery, readAuditPage } from "./read-audit-page";

/**
 * What happened to people, workspaces, registries and the platform, and every refusal outside of workspaces, newest first.
 * @throws AppError forbidden (platform admins only)
 */
export async function listPlatformAudit(actor: Actor, input: AuditQuery): Promise<AuditPageDto> {
  requirePlatformActor(actor, "read the platform's audit log");
  return readAuditPage(null, input);
}
