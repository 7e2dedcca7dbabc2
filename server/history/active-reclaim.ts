import { AppError } from "@/server/platform/app-error";
import type { Transaction } from "@/server/platform/db/prisma";
import { findActiveReclaim } from "./confirmation.store";

/** Why a schedule cannot start a run in a space now, in words; null where it can. */
export async function whyReclaimIsBusy(spaceId: string): Promise<string | null> {
  const active = await findActiveReclaim(spaceId);
  if (active === null) return null;
  return active.status === "awaiting_confirmation"
    ? "A run of this space was waiting for a confirmation."
    : "Another reclaim of this space was running.";
}

/**
 * For a run by rules, in the transaction that makes it: one that waits for a confirmation is answered first, or both would take much.
 * @throws AppError conflict
 */
export async function requireNoneWaiting(tx: Transaction, spaceId: string): Promise<void> {
  const active = await findActiveReclaim(spaceId, tx);
  if (active?.status !== "awaiting_confirmation") return;
  throw new AppError(
    "conflict",
    "A run of this registry space waits for a confirmation, because it would take much of it. Confirm or cancel it first.",
  );
}
