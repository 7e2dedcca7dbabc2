import type { RunItemRecord } from "@/server/history/run-journal";
import { findSharedInBin, type MovingEntry } from "./bin-move.store";
import { type Move, reach } from "./move";

/**
 * Removes an entry's manifests from its bin repository, but none that another entry needs (the same digest recycled twice, a
 * child or signature shared). What lists goes before what is listed. Call it under the bin repository's lock, and end the entry
 * under the same: whoever records an entry takes that lock too, so that nobody comes to need what is just being removed.
 */
export async function removeFromBin(move: Move, item: RunItemRecord, entry: MovingEntry): Promise<void> {
  const shared = await findSharedInBin(entry);
  for (const { digest } of entry.manifests.toReversed()) {
    if (shared.has(digest)) continue;
    await reach(move, item, "remove-from-bin");
    await move.adapter.deleteManifest(entry.binRepositoryName, digest);
  }
}
