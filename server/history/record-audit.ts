import type { Transaction } from "@/server/platform/db/prisma";
import { type AuditInput, insertAuditEvent } from "./audit.store";

/** Records who did what, in the transaction of the change itself: neither exists without the other. */
export function recordAudit(tx: Transaction, input: AuditInput): Promise<void> {
  return insertAuditEvent(tx, input);
}
