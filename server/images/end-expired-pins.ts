import { prisma, type Transaction } from "@/server/platform/db/prisma";
import { listSpacesWithExpiredPins, lockSpacesOfPins, raiseSpaceRevision, takeExpiredPins } from "./pin.store";
import { recordImageEvents } from "./record-image-events";

/**
 * Takes pins of these spaces whose time is up out of the way, and says in history when they ended. Nothing waits for it: a pin
 * holds until its time and not a moment longer, whether its row is there or not. `spaceIds` come from lockSpacesOfPins.
 */
export async function endExpiredPins(tx: Transaction, spaceIds: readonly string[]): Promise<void> {
  const ended = await takeExpiredPins(tx, spaceIds);
  if (ended.length === 0) return;
  await recordImageEvents(
    tx,
    ended.map(({ ownerName, expiresAt, ...image }) => ({
      ...{ ...image, tag: null, kind: "unpinned", at: expiresAt, source: "console" },
      reason: `the pin of ${ownerName} ended`,
    })),
  );
  for (const id of new Set(ended.map((pin) => pin.spaceId))) await raiseSpaceRevision(tx, id);
}

/** The same for every space, from time to time. */
export function reconcilePins(): Promise<void> {
  return prisma().$transaction(async (tx) =>
    endExpiredPins(tx, await lockSpacesOfPins(tx, await listSpacesWithExpiredPins(tx))),
  );
}
