import { AppError } from "@/server/platform/app-error";
import type { Transaction } from "@/server/platform/db/prisma";
import { holdReclaimSwitch } from "./platform-settings.store";

/**
 * For whatever starts a reclaim, in its transaction: whoever turns the switch waits for it, and then finds and stops what it started.
 * @throws AppError conflict, with who stopped reclaims and why
 */
export async function requireReclaimsAllowed(tx: Transaction): Promise<void> {
  const stopped = await holdReclaimSwitch(tx);
  if (stopped) throw new AppError("conflict", stoppedText(stopped));
}

/** “Reclaims are stopped on the whole platform, by Ada: …” */
export function stoppedText(stopped: { byName: string; reason: string }): string {
  return `Reclaims are stopped on the whole platform, by ${stopped.byName}: ${stopped.reason}`;
}
