import { type MarkResult, markInSlices } from "@/domain/gc/mark";
import type { ReferenceGraph } from "@/domain/gc/reference-graph";
import { TimeSlice } from "@/server/platform/storage/time-slice";
import type { Candidate } from "./candidate-list";
import { pages } from "./candidate-pages";
import { type Collection, enter } from "./collection";
import { holdsLease, type Lease } from "./gc.store";
import { releaseAll } from "./give-back";
import { type Guard, settleBatch } from "./guarded-batches";
import { LeaseLost } from "./lease-lost";
import { markPolicy } from "./mark-policy";
import { registryReferences } from "./reference-cache";
import { type RemovedManifests, subjectOf } from "./removed-manifests";
import { scanStorage } from "./scan-storage";

/** What the first part took: where it lies, from when on writing counts, and what is known of it. */
export interface Taken {
  key: string;
  cutoffMs: number;
  removed: RemovedManifests;
}

/** Each round gives back at least one manifest that the one before could not know of; chains of referrers are short. */
const ROUNDS_MAX = 20;

/**
 * The second mark, with what is in quarantine: whatever somebody came to need since the first one (a tag, an index, a manifest that was
 * checked before its blobs were moved, a referrer of something that came back) is given back, links and blobs. Only under the lock.
 * @throws LeaseLost, StorageReadError, StorageWriteError, and the signal's reason
 */
export async function markAgain(collection: Collection, lease: Lease, taken: Taken): Promise<Marked> {
  const { context, storage, signal } = collection;
  const { key, cutoffMs } = taken;
  await enter(context, "re_marking");
  const stillHeld = async () => {
    if (!(await holdsLease(lease))) throw new LeaseLost("another epoch began");
  };
  await stillHeld();
  const guard: Guard = { runId: lease.runId, storage, signal, stillHeld };
  // What a stopped process moved under an earlier lease is none of this run's business any more.
  await releaseAll(storage, lease.runId, key);
  let returnedManifests = await restoreTagged(guard);
  let marked = await markWithQuarantine(collection, key, cutoffMs);
  for (let round = 1; ; round++) {
    const { count, isComplete } = await restoreNeeded(guard, taken, marked);
    returnedManifests += count;
    if (isComplete) break;
    if (round >= ROUNDS_MAX) throw new LeaseLost("what is needed kept changing");
    marked = await markWithQuarantine(collection, key, cutoffMs);
  }
  let returnedBlobs = 0;
  for await (const page of pages(lease.runId, "blob", "quarantined")) {
    const needed = page.filter(({ digest }) => isKept(marked, digest));
    await settleBatch(guard, "blob", needed, async ({ digest }) => {
      await storage.releaseBlob(key, digest);
      return "returned";
    });
    returnedBlobs += needed.length;
  }
  context.totals({ returnedBlobs, returnedManifests });
  context.progress({ returnedBlobs, returnedManifests });
  context.log("marked_again", { returnedBlobs, returnedManifests });
  return marked;
}

type Marked = { graph: ReferenceGraph; mark: MarkResult };

async function markWithQuarantine(collection: Collection, key: string, cutoffMs: number): Promise<Marked> {
  const { context, storage, options, signal } = collection;
  const { run } = context;
  const { graph } = await scanStorage(storage, {
    cache: registryReferences(run.registryId),
    withLinkTimes: true,
    withTagHistories: false,
    quarantineRunId: key,
    signal,
    onProgress: ({ manifestsDone, manifestsTotal }) =>
      context.progress({ manifestsDone, ...(manifestsTotal === null ? {} : { manifestsTotal }) }),
  });
  const policy = await markPolicy(run.registryId, options.deleteUntagged, run.workspaceId);
  const slice = new TimeSlice(signal);
  const marking = markInSlices(graph, { ...policy, keepWrittenAfterMs: cutoffMs });
  for (let step = marking.next(); ; step = marking.next()) {
    if (step.done) return { graph, mark: step.value };
    await slice.pause();
  }
}

function isKept({ graph, mark }: Marked, digest: string): boolean {
  const id = graph.digests.find(digest);
  return id >= 0 && mark.kept.has(id);
}

/** A tag that was set while its manifest's link was being removed would lead nowhere, and hold nothing. */
async function restoreTagged(guard: Guard): Promise<number> {
  const { runId, storage, signal } = guard;
  const targets = new Map<string, Set<string>>();
  const targetsOf = async (repository: string) => {
    const known = targets.get(repository);
    if (known) return known;
    const tags = await storage.listTags(repository, { signal });
    const found = new Set(tags.flatMap(({ target }) => (target === null ? [] : [target])));
    targets.set(repository, found);
    return found;
  };
  const slice = new TimeSlice(signal);
  let restored = 0;
  for await (const page of pages(runId, "revision", "quarantined")) {
    const tagged: Candidate[] = [];
    for (const candidate of page) {
      if (slice.isOver) await slice.pause();
      if ((await targetsOf(candidate.repositoryName)).has(candidate.digest)) tagged.push(candidate);
    }
    restored += await restore(guard, tagged);
  }
  return restored;
}

/**
 * Writes links again that the mark says are needed. Not complete where a referrer came back with its subject: what that needs was not
 * marked yet.
 */
async function restoreNeeded(
  guard: Guard,
  { key, removed }: Taken,
  marked: Marked,
): Promise<{ count: number; isComplete: boolean }> {
  let count = 0;
  let isComplete = true;
  const slice = new TimeSlice(guard.signal);
  for await (const page of pages(guard.runId, "revision", "quarantined")) {
    const needed = page.filter(({ digest }) => isKept(marked, digest));
    const referrers: Candidate[] = [];
    for (const candidate of page) {
      if (slice.isOver) await slice.pause();
      if (isKept(marked, candidate.digest)) continue;
      const subject = await subjectOf(guard.storage, key, removed, candidate.digest);
      if (subject !== null && isKept(marked, subject)) referrers.push(candidate);
    }
    if (referrers.length > 0) isComplete = false;
    count += await restore(guard, [...needed, ...referrers]);
  }
  return { count, isComplete };
}

/** Writes links of revisions again, and what tags remember of them. */
async function restore(guard: Guard, candidates: readonly Candidate[]): Promise<number> {
  if (candidates.length === 0) return 0;
  const { storage } = guard;
  await settleBatch(guard, "revision", candidates, async ({ repositoryName, digest }) => {
    await storage.restoreRevision(repositoryName, digest);
    return "returned";
  });
  await restoreHistory(guard, new Set(candidates.map(keyOf)));
  return candidates.length;
}

const keyOf = ({ repositoryName, digest }: Candidate) => `${repositoryName} ${digest}`;

async function restoreHistory(guard: Guard, returned: ReadonlySet<string>): Promise<void> {
  const { runId, storage } = guard;
  for await (const page of pages(runId, "tag_index", "quarantined")) {
    const theirs = page.filter((candidate) => returned.has(keyOf(candidate)));
    await settleBatch(guard, "tag_index", theirs, async ({ repositoryName, tag, digest }) => {
      await storage.restoreTagHistoryEntry(repositoryName, tag, digest);
      return "returned";
    });
  }
}
