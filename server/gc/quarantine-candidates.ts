import type { CandidateKind } from "./candidate-list";
import { pages } from "./candidate-pages";
import type { Collection } from "./collection";
import { holdsLease, type Lease, type SettledState } from "./gc.store";
import { type Guard, settleBatch } from "./guarded-batches";
import { LeaseLost } from "./lease-lost";

/** A directory that a registry may be about to write into stays. */
const KEEP = { keepDirectory: true };

/**
 * Takes away what was marked: links of revisions first, then what tags remember of them, then blobs into the quarantine under this key.
 * What was written since the mark began stays. Answers how many things went. Nothing that cannot be moved is passed over: the collection
 * ends and gives back.
 * @throws LeaseLost, StorageWriteError, and the signal's reason
 */
export async function quarantineCandidates(
  { context, storage, signal }: Collection,
  lease: Lease,
  key: string,
  cutoffMs: number,
): Promise<number> {
  const stillHeld = async () => {
    if (!(await holdsLease(lease))) throw new LeaseLost("another epoch began");
  };
  const guard: Guard = { runId: lease.runId, storage, signal, stillHeld };
  const taken = { count: 0, blobs: 0, bytes: 0 };
  const startedAt = Date.now();
  const tell = () => {
    const seconds = Math.max(0.001, (Date.now() - startedAt) / 1_000);
    context.progress({
      quarantinedBlobs: taken.blobs,
      quarantinedBytes: taken.bytes,
      ...(seconds > 0.5 ? { bytesPerSecond: taken.bytes / seconds } : {}),
    });
  };
  tell();
  for (const kind of ["revision", "tag_index", "blob"] as const) {
    for await (const page of pages(lease.runId, kind, "pending")) {
      const done = await settleBatch(guard, kind, page, TAKE[kind]({ storage, key, cutoffMs }));
      for (const { candidate, state } of done) {
        if (state !== "quarantined") continue;
        taken.count++;
        if (kind !== "blob") continue;
        taken.blobs++;
        taken.bytes += candidate.sizeBytes;
      }
      tell();
    }
  }
  return taken.count;
}

type Place = { storage: Guard["storage"]; key: string; cutoffMs: number };
type Act = Parameters<typeof settleBatch>[3];
const stateOf = (isTaken: boolean): SettledState => (isTaken ? "quarantined" : "gone");

const TAKE: Record<Exclude<CandidateKind, "layer_link">, (place: Place) => Act> = {
  revision:
    ({ storage, cutoffMs }) =>
    async ({ repositoryName, digest }) => {
      // Pushed again since it was marked: it is as young as any push, and the second mark finds what it needs.
      const writtenAt = await storage.revisionWrittenAt(repositoryName, digest);
      if (writtenAt !== null && writtenAt > cutoffMs) return "kept";
      return stateOf(await storage.deleteRevision(repositoryName, digest, KEEP));
    },
  tag_index:
    ({ storage }) =>
    async ({ repositoryName, tag, digest }) =>
      stateOf(await storage.deleteTagHistoryEntry(repositoryName, tag, digest, KEEP)),
  blob:
    ({ storage, key }) =>
    async ({ digest }) =>
      stateOf(await storage.quarantineBlob(key, digest)),
};
