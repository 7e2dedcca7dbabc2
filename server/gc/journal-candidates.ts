import type { RunContext } from "@/server/history/run-context";
import { writeCandidates } from "./candidate-journal.store";
import type { Candidate } from "./candidate-list";
import type { FoundCandidates } from "./find-candidates";
import { type Lease, settleCandidates } from "./gc.store";
import { foundTotals } from "./journal-totals";
import { LeaseLost } from "./lease-lost";
import type { StorageScan } from "./scan-storage";
import { pendingBatches } from "./sweep-journal";

/**
 * Makes a run's journal what was just marked. Of an earlier attempt's list, what is gone from storage was removed right before a
 * kill and only not written down: it is written down now, so that totals stay true. The rest of that list is forgotten. Tells what the run
 * found in all its attempts.
 * @throws LeaseLost, and the signal's reason
 */
export async function journalCandidates(
  context: RunContext,
  lease: Lease,
  scan: StorageScan,
  found: FoundCandidates,
  signal: AbortSignal,
): Promise<void> {
  // Killed between a blob's content and its directory: the directory is still there to be seen.
  const emptied = new Set(found.emptyBlobDirectories);
  let revisions: ReadonlyMap<string, ReadonlySet<number>> | null = null;
  for await (const batch of pendingBatches(lease.runId)) {
    signal.throwIfAborted();
    const kind = batch[0]?.kind;
    if (kind !== "blob" && kind !== "revision") continue;
    revisions ??= revisionsOf(scan);
    const known = revisions;
    const gone = batch.filter(
      (candidate) => (kind === "blob" && emptied.has(candidate.digest)) || !isThere(scan, known, candidate),
    );
    if (gone.length > 0)
      await settleCandidates(
        lease.runId,
        kind,
        gone.map(({ repositoryName, tag, digest }) => ({ repositoryName, tag, digest, state: "deleted" as const })),
      );
  }
  if (!(await writeCandidates(lease, found.list, signal))) throw new LeaseLost("another epoch began");
  const inAll = await foundTotals(lease.runId, "all");
  context.progress(inAll);
  context.totals(inAll);
}

function revisionsOf({ graph }: StorageScan): Map<string, Set<number>> {
  return new Map(
    graph.repositories.map(({ name, revisions }) => [name, new Set(revisions.slice(0, revisions.length))]),
  );
}

function isThere(
  { graph }: StorageScan,
  revisions: ReadonlyMap<string, ReadonlySet<number>>,
  { kind, repositoryName, digest }: Candidate,
): boolean {
  const id = graph.digests.find(digest);
  if (kind === "blob") return id >= 0 && graph.isStored(id);
  return revisions.get(repositoryName)?.has(id) ?? false;
}
