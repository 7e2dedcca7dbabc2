import { prisma, type Transaction } from "@/server/platform/db/prisma";
import { claimEvents, listPendingEvents, listRegistriesWithPendingEvents } from "./registry-event.store";

export interface StoredEvent {
  id: string;
  payload: unknown;
  receivedAt: Date;
}

/** Notifications that nobody has worked off, oldest first, from the one after `after` on. */
export function listUnprocessedEvents(
  registryId: string,
  limit: number,
  after: Pick<StoredEvent, "id" | "receivedAt"> | null = null,
): Promise<StoredEvent[]> {
  return listPendingEvents(registryId, limit, after);
}

/**
 * Marks notifications as worked off in the transaction of what they tell, so that each counts once. `apply` is given those that
 * nobody else has worked off meanwhile; the ids stay, so that a repetition is known.
 * @returns how many those were
 */
export function settleEvents(
  registryId: string,
  ids: readonly string[],
  apply: (tx: Transaction, claimed: ReadonlySet<string>) => Promise<void>,
): Promise<number> {
  return prisma().$transaction(async (tx) => {
    const claimed = await claimEvents(tx, registryId, ids);
    await apply(tx, claimed);
    return claimed.size;
  });
}

/** Registries with notifications to work off, whatever became of the jobs for them. */
export function listWaitingRegistries(): Promise<string[]> {
  return listRegistriesWithPendingEvents();
}
