import type { Actor } from "@/server/platform/auth/actor";
import type { Transaction } from "@/server/platform/db/prisma";
import { insertAuditEvent } from "./audit.store";

export interface AuditInput {
  workspaceId: string | null;
  spaceId?: string | null;
  actor: Actor;
  /** `area.verb`, for instance `rules.create` */
  action: string;
  resourceType: string;
  resourceId: string;
  data?: Record<string, unknown>;
}

/** Records who did what, in the transaction of the change itself: neither exists without the other. */
export function recordAudit(tx: Transaction, input: AuditInput): Promise<void> {
  return insertAuditEvent(tx, input);
}
