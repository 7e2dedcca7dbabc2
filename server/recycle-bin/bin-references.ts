import type { RunItemRecord } from "@/server/history/run-journal";
import { findSharedInBin, type RecyclingEntry } from "./bin-move.store";
import { type Move, reach } from "./move";

/**
 * Removes the manifests of entries from their bin repository, but none that another entry needs (the same digest recycled twice, a
 * child or signature shared). What lists goes before what is listed. Call it under the bin repository's lock, and end the entries
 * under the same: whoever records an entry takes that lock too, so that nobody comes to need what is just being removed.
 */
export async function removeFromBin(
  move: Move,
  leaving: readonly {
    item: RunItemRecord;
    entry: Pick<RecyclingEntry, "id" | "registryId" | "binRepositoryName"> & {
      manifests: readonly { digest: string }[];
    };
  }[],
): Promise<void> {
  const done = await findSharedInBin(leaving.map(({ entry }) => entry));
  for (const { item, entry } of leaving) {
    const startedAtMs = Date.now();
    for (const { digest } of entry.manifests.toReversed()) {
      if (done.has(digest)) continue;
      await reach(move, item, "remove-from-bin");
      await move.adapter.deleteManifest(entry.binRepositoryName, digest);
      done.add(digest);
    }
    move.pace.note(Date.now() - startedAtMs);
  }
}
