import { prisma, type Transaction } from "@/server/platform/db/prisma";
import { raiseSpaceRevision, takeExpiredPins } from "./pin.store";
import { recordImageEvents } from "./record-image-events";

/**
 * Takes pins whose time is up, of one space or of all, out of the way, and says in history when they ended. Nothing waits for it: a pin
 * holds until its time and not a moment longer, whether its row is there or not.
 */
export async function endExpiredPins(tx: Transaction, spaceId: string | null): Promise<void> {
  const ended = await takeExpiredPins(tx, spaceId);
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
  return prisma().$transaction((tx) => endExpiredPins(tx, null));
}
