import { pages } from "./candidate-pages";
import type { Collection } from "./collection";
import { settleCandidates } from "./gc.store";
import { type Released, releaseAll, settleReleased } from "./give-back";
import { findQuarantine, forgetPending } from "./quarantine.store";

/**
 * Makes an end of what earlier attempts of this run left: every blob that they moved away is put back, however far they came, and their
 * lists are forgotten. Links that they removed stay removed, and are kept in mind, to be written again if the run is given up. What they
 * had purged counts as deleted. Only under the lock and the new lease. Answers what came back: in a bucket it looks as if it had just been
 * written.
 */
export async function takeOver({ context, storage, signal }: Collection, key: string): Promise<Released> {
  const { id } = context.run;
  if ((await findQuarantine(id)) === null) return new Map();
  const released = await releaseAll(storage, id, key);
  if (released.size > 0) {
    const text = "Blobs that an interrupted attempt had moved away are put back.";
    context.log("taken_over", { text, blobs: released.size });
  }
  await settleReleased(storage, id, released);
  for await (const page of pages(id, "revision", "pending")) {
    signal.throwIfAborted();
    const removed = [];
    for (const candidate of page) {
      const isGone = (await storage.revisionWrittenAt(candidate.repositoryName, candidate.digest)) === null;
      if (isGone) removed.push({ ...candidate, state: "quarantined" as const });
    }
    if (removed.length > 0) await settleCandidates(id, "revision", removed);
  }
  await forgetPending(id);
  return released;
}
