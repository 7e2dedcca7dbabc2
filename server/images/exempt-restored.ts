import type { Transaction } from "@/server/platform/db/prisma";
import { insertExemptions } from "./exemption.store";

/** Images that came back are exempt from every rule that had taken them, until it is changed; in the transaction that ends their restore. */
export function exemptRestored(
  tx: Transaction,
  entries: readonly { entryId: string; repositoryName: string }[],
  restored: { runId: string; byName: string },
): Promise<void> {
  return insertExemptions(tx, entries, restored);
}
