import { recordAudit as recordEvent } from "@/server/history/record-audit";
import type { Actor } from "@/server/platform/auth/actor";
import type { Transaction } from "@/server/platform/db/prisma";

interface AuditEntry {
  /** null = somebody who is not signed in */
  actor: Actor | null;
  /** `thing.done`, for instance `member.removed` */
  action: string;
  /** null = of the platform */
  workspaceId: string | null;
  target: { kind: string; id: string; name: string };
  /** What was there; never a secret */
  before?: object | null;
  after?: object | null;
  /** Default done */
  outcome?: "done" | "refused";
}

/**
 * Records who did what to whom, in the transaction of the change itself: neither exists without the other. Request id and address come
 * from the request that is being answered.
 */
export function recordAudit(tx: Transaction, entry: AuditEntry): Promise<void> {
  const { target, ...rest } = entry;
  return recordEvent(tx, {
    ...rest,
    resourceType: target.kind,
    resourceId: target.id,
    targetName: target.name,
    data: { name: target.name },
  });
}
