import { DIGEST_WORDS } from "@/domain/gc/digest-words";
import { IdList, IdSet } from "@/domain/gc/id-list";
import { type MarkPolicy, type MarkResult, markInSlices } from "@/domain/gc/mark";
import type { ReferenceGraph } from "@/domain/gc/reference-graph";
import type { BlobStorage } from "@/server/platform/storage/blob-storage";
import { StorageInThreads } from "@/server/platform/storage/storage-in-threads";
import { TimeSlice } from "@/server/platform/storage/time-slice";
import { type Candidate, CandidateList } from "./candidate-list";
import type { Released } from "./give-back";
import type { StorageScan } from "./scan-storage";

export type FoundCandidates = {
  list: CandidateList;
  /** The whole list, made when it is asked for. */
  readonly candidates: Candidate[];
  /** Directories of blobs without content: not worth a line, removed at the end. */
  emptyBlobDirectories: string[];
  mark: MarkResult;
};

/** Marks what was scanned, and asks the storage for nothing. @throws the signal's reason */
export async function markScan({ graph }: StorageScan, policy: MarkPolicy, signal?: AbortSignal): Promise<MarkResult> {
  const slice = new TimeSlice(signal);
  const marking = markInSlices(graph, policy);
  for (;;) {
    const step = marking.next();
    if (step.done) return step.value;
    await slice.pause();
  }
}

/**
 * Marks what was scanned and lists what may go, with sizes. Blobs younger than `policy.keepWrittenAfterMs` stay, but for those that nobody
 * but the collection itself has written since (`released`); so do those that are known to be gone since. Reads storage for the sizes of candidates; errors and aborts are thrown as by `scanStorage`.
 */
export async function findCandidates(
  storage: BlobStorage,
  scan: StorageScan,
  policy: MarkPolicy,
  signal?: AbortSignal,
  { goneSince, released }: { goneSince?: IdSet; released?: Released } = {},
): Promise<FoundCandidates> {
  const { graph } = scan;
  const slice = new TimeSlice(signal);
  const mark = await markScan(scan, policy, signal);
  const list = new CandidateList(graph);
  const { repository, digest } = mark.candidateRevisions;
  for (let i = 0; i < digest.length; i++) list.revisions.push(repository.at(i), digest.at(i));
  addTagIndexEntries(list, graph, mark);
  await slice.pause();

  const emptyBlobDirectories: string[] = [];
  const goneBlobs = new IdSet();
  const blobs = goneSince === undefined ? mark.candidateBlobs : without(mark.candidateBlobs, goneSince);
  const sizes = await sizesOf(storage, scan, blobs, signal);
  for (let i = 0; i < blobs.length; i++) {
    const id = blobs.at(i);
    const [sizeBytes = -1, modifiedAtMs = 0] = [sizes[i * 2], sizes[i * 2 + 1]];
    if (sizeBytes < 0) {
      emptyBlobDirectories.push(graph.digests.digestOf(id));
      goneBlobs.add(id);
    } else if (
      policy.keepWrittenAfterMs === null ||
      modifiedAtMs <= policy.keepWrittenAfterMs ||
      released?.get(graph.digests.digestOf(id)) === modifiedAtMs
    ) {
      goneBlobs.add(id);
      list.addBlob(id, sizeBytes);
    }
  }
  await slice.pause();

  graph.repositories.forEach(({ layerLinks }, index) => {
    for (let i = 0; i < layerLinks.length; i++) {
      const id = layerLinks.at(i);
      if (!mark.kept.has(id) && (!graph.isStored(id) || goneBlobs.has(id))) list.layerLinks.push(index, id);
    }
  });
  await slice.pause();
  return {
    list,
    get candidates() {
      return [...list];
    },
    emptyBlobDirectories,
    mark,
  };
}

function without(ids: IdList, others: IdSet): IdList {
  const left = new IdList();
  for (let i = 0; i < ids.length; i++) if (!others.has(ids.at(i))) left.push(ids.at(i));
  return left;
}

/** What tags pointed at before and is no revision any more, or will be none. */
function addTagIndexEntries(list: CandidateList, graph: ReferenceGraph, mark: MarkResult): void {
  graph.repositories.forEach(({ revisions, past }, index) => {
    if (past.length === 0) return;
    const alive = new Set<number>();
    for (let i = 0; i < revisions.length; i++) if (mark.kept.has(revisions.at(i))) alive.add(revisions.at(i));
    for (const { tag, digest } of past) if (!alive.has(digest)) list.addTagIndexEntry(index, tag, digest);
  });
}

/** Size and time (ms) of each blob one after the other; -1 where there is no such content. */
async function sizesOf(
  storage: BlobStorage,
  { graph, view }: StorageScan,
  blobs: IdList,
  signal: AbortSignal | undefined,
): Promise<Float64Array> {
  const words = new Uint32Array(blobs.length * DIGEST_WORDS);
  for (let i = 0; i < blobs.length; i++) graph.digests.copyWords(blobs.at(i), words, i * DIGEST_WORDS);
  const threads = StorageInThreads.of(storage, signal);
  if (threads !== null) return threads.sizes(words);
  const sizes = new Float64Array(blobs.length * 2).fill(-1);
  const slice = new TimeSlice(signal);
  let next = 0;
  const work = async () => {
    for (let i = next++; i < blobs.length; i = next++) {
      if (slice.isOver) await slice.pause();
      const stat = await view.statBlob(graph.digests.digestOf(blobs.at(i)));
      if (stat !== null) sizes.set([stat.sizeBytes, stat.modifiedAtMs], i * 2);
    }
  };
  await Promise.all(Array.from({ length: storage.concurrency.reads }, work));
  return sizes;
}
