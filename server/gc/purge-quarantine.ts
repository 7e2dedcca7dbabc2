import type { RunNumbers } from "@/contracts/history";
import { pages } from "./candidate-pages";
import { releaseKey } from "./give-back";
import { type Guard, settleBatch } from "./guarded-batches";
import { LeaseLost } from "./lease-lost";
import { beginPurge, type QuarantineState } from "./quarantine.store";

/**
 * Removes for good what is in a run's quarantine and written down as such, whatever the registry has of the same digests by now. What lies
 * there without being written down was moved by somebody who should not have, and is put back. Can be cut short and gone on with; that
 * it is over, the caller writes down.
 * @throws LeaseLost, StorageWriteError, and the signal's reason
 */
export async function purgeQuarantine(
  guard: Guard & { key: string; from: QuarantineState },
  onProgress: (numbers: RunNumbers) => void,
): Promise<void> {
  const { runId, storage, key, from } = guard;
  await guard.stillHeld();
  if (!(await beginPurge(runId, from))) throw new LeaseLost("the quarantine is not what it was");
  const sums = { deletedBlobs: 0, freedBytes: 0 };
  for await (const page of pages(runId, "blob", "quarantined")) {
    const done = await settleBatch(guard, "blob", page, async ({ digest }) => {
      await storage.purgeQuarantinedBlob(key, digest);
      return "deleted";
    });
    sums.deletedBlobs += done.length;
    for (const { candidate } of done) sums.freedBytes += candidate.sizeBytes;
    onProgress(sums);
  }
  await releaseKey(storage, key);
}

/**
 * Removes layer links whose blob is gone. A push may bring that blob, and its link, back in the very moment: where the blob is there
 * afterwards, its link is written again.
 */
export async function removeStaleLinks(guard: Guard): Promise<void> {
  const { runId, storage } = guard;
  for await (const page of pages(runId, "layer_link", "pending")) {
    await settleBatch(guard, "layer_link", page, async ({ repositoryName, digest }) => {
      if ((await storage.statBlob(digest)) !== null) return "kept";
      const isRemoved = await storage.deleteLayerLink(repositoryName, digest, { keepDirectory: true });
      if ((await storage.statBlob(digest)) === null) return isRemoved ? "deleted" : "gone";
      await storage.restoreLayerLink(repositoryName, digest);
      return "kept";
    });
  }
}
