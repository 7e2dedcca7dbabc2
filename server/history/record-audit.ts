import type { Transaction } from "@/server/platform/db/prisma";
import { type AuditInput, insertAuditEvents } from "./audit.store";

/** Records who did what, in the transaction of the change itself: neither exists without the other. */
export function recordAudit(tx: Transaction, input: AuditInput): Promise<void> {
  return insertAuditEvents(tx, [input]);
}

/** The same for several things done in one transaction. */
export function recordAudits(tx: Transaction, inputs: readonly AuditInput[]): Promise<void> {
  return insertAuditEvents(tx, inputs);
}
