import { pages } from "./candidate-pages";
import type { Collection } from "./collection";
import { forEachAtOnce } from "./for-each-at-once";
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
    const removed: (typeof page)[number][] = [];
    await forEachAtOnce(page, storage.concurrency.reads, async (candidate) => {
      const isGone = (await storage.revisionWrittenAt(candidate.repositoryName, candidate.digest)) === null;
      if (isGone) removed.push(candidate);
    });
    if (removed.length > 0)
      await settleCandidates(
        id,
        "revision",
        removed.map((candidate) => ({ ...candidate, state: "quarantined" as const })),
      );
  }
  await forgetPending(id);
  return released;
}
