import type { Transaction } from "@/server/platform/db/prisma";
import { askReclaimsToStop } from "./confirmation.store";

/** Stops the reclaims of all workspaces, in the transaction of the platform's switch. Answers how many ended at once and how many were asked. */
export function stopReclaimRuns(
  tx: Transaction,
  stop: { by: string; reason: string },
): Promise<{ ended: number; asked: number }> {
  return askReclaimsToStop(tx, stop);
}
