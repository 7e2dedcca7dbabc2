import { type Candidate, inBatches } from "./candidate-list";
import type { FoundCandidates } from "./find-candidates";
import { forgetCandidates, insertCandidates, type Lease, settleCandidates } from "./gc.store";
import { LeaseLost } from "./lease-lost";
import type { StorageScan } from "./scan-storage";
import { pendingBatches } from "./sweep-journal";

const CANDIDATES_PER_INSERT = 5_000;

/**
 * Makes a run's journal what was just marked. Of an earlier attempt's list, what is gone from storage was removed right before a
 * kill and only not written down: it is written down now, so that totals stay true. The rest of that list is forgotten.
 * @throws LeaseLost, and the signal's reason
 */
export async function journalCandidates(
  lease: Lease,
  scan: StorageScan,
  found: FoundCandidates,
  signal: AbortSignal,
): Promise<void> {
  for await (const batch of pendingBatches(lease.runId)) {
    signal.throwIfAborted();
    const kind = batch[0]?.kind;
    if (kind !== "blob" && kind !== "revision") continue;
    const gone = batch.filter((candidate) => !isThere(scan, candidate));
    if (gone.length > 0)
      await settleCandidates(
        lease.runId,
        kind,
        gone.map(({ repositoryName, tag, digest }) => ({ repositoryName, tag, digest, state: "deleted" as const })),
      );
  }
  await forgetCandidates(lease.runId);
  for (const batch of inBatches(found.candidates, CANDIDATES_PER_INSERT)) {
    signal.throwIfAborted();
    if (!(await insertCandidates(lease, batch))) throw new LeaseLost("another epoch began");
  }
}

function isThere({ graph }: StorageScan, { kind, repositoryName, digest }: Candidate): boolean {
  const id = graph.digests.find(digest);
  if (kind === "blob") return id >= 0 && graph.isStored(id);
  const repository = graph.repositories.find(({ name }) => name === repositoryName);
  if (id < 0 || !repository) return false;
  for (let i = 0; i < repository.revisions.length; i++) if (repository.revisions.at(i) === id) return true;
  return false;
}
