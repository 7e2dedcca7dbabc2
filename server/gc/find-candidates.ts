import { IdSet } from "@/domain/gc/id-list";
import { type MarkPolicy, type MarkResult, markInSlices } from "@/domain/gc/mark";
import type { BlobStorage } from "@/server/platform/storage/blob-storage";
import { TimeSlice } from "@/server/platform/storage/time-slice";
import type { StorageScan } from "./scan-storage";

export const CANDIDATE_KINDS = ["revision", "tag_index", "blob", "layer_link"] as const;
export type CandidateKind = (typeof CANDIDATE_KINDS)[number];

/** One thing to remove. `repositoryName` is empty for blobs, `tag` for all but tag index entries. Only blobs have a size. */
export type Candidate = { kind: CandidateKind; repositoryName: string; tag: string; digest: string; sizeBytes: number };

/** Splits candidates into batches of one kind each: a blob must not be touched while revisions that used it are still going. */
export function* inBatches(candidates: readonly Candidate[], size: number): Generator<Candidate[]> {
  for (let start = 0; start < candidates.length; ) {
    let end = start + 1;
    while (end < candidates.length && end - start < size && candidates[end]?.kind === candidates[start]?.kind) end++;
    yield candidates.slice(start, end);
    start = end;
  }
}

export type FoundCandidates = {
  /** In the order of removal: revisions, tag index entries, blobs, stale layer links. */
  candidates: Candidate[];
  /** Directories of blobs without content: not worth a line, removed at the end. */
  emptyBlobDirectories: string[];
  mark: MarkResult;
};

/**
 * Marks what was scanned and lists what may go, with sizes. Blobs younger than `policy.keepWrittenAfterMs` stay. Reads storage
 * for the sizes of candidates and for tag histories; errors and aborts are thrown as by `scanStorage`.
 */
export async function findCandidates(
  storage: BlobStorage,
  scan: StorageScan,
  policy: MarkPolicy,
  signal?: AbortSignal,
): Promise<FoundCandidates> {
  const { graph } = scan;
  const slice = new TimeSlice(signal);
  const marking = markInSlices(graph, policy);
  let step = marking.next();
  while (!step.done) {
    await slice.pause();
    step = marking.next();
  }
  const mark = step.value;
  const candidates: Candidate[] = [];
  const emptyBlobDirectories: string[] = [];

  const goneByRepository = new Map<string, Set<string>>();
  for (let i = 0; i < mark.candidateRevisions.digest.length; i++) {
    const repository = graph.repositories[mark.candidateRevisions.repository.at(i)]?.name ?? "";
    const digest = graph.digests.digestOf(mark.candidateRevisions.digest.at(i));
    candidates.push({ kind: "revision", repositoryName: repository, tag: "", digest, sizeBytes: 0 });
    const gone = goneByRepository.get(repository);
    if (gone === undefined) goneByRepository.set(repository, new Set([digest]));
    else gone.add(digest);
  }

  for (const repository of graph.repositories) {
    const alive = new Set<string>();
    for (let i = 0; i < repository.revisions.length; i++) alive.add(graph.digests.digestOf(repository.revisions.at(i)));
    for (const digest of goneByRepository.get(repository.name) ?? []) alive.delete(digest);
    for (const tag of await storage.listTags(repository.name, { signal })) {
      // Without a readable target its history is the only trace of what it meant.
      if (tag.target === null) continue;
      for (const digest of await storage.listTagHistory(repository.name, tag.name, { signal })) {
        if (alive.has(digest) || digest === tag.target) continue;
        candidates.push({ kind: "tag_index", repositoryName: repository.name, tag: tag.name, digest, sizeBytes: 0 });
      }
      if (slice.isOver) await slice.pause();
    }
  }

  const goneBlobs = new IdSet();
  for (let i = 0; i < mark.candidateBlobs.length; i++) {
    if (slice.isOver) await slice.pause();
    const id = mark.candidateBlobs.at(i);
    const digest = graph.digests.digestOf(id);
    const stat = await storage.statBlob(digest);
    if (stat === null) emptyBlobDirectories.push(digest);
    else if (policy.keepWrittenAfterMs === null || stat.modifiedAtMs <= policy.keepWrittenAfterMs) {
      goneBlobs.add(id);
      candidates.push({ kind: "blob", repositoryName: "", tag: "", digest, sizeBytes: stat.sizeBytes });
    }
  }

  for (const repository of graph.repositories) {
    for (let i = 0; i < repository.layerLinks.length; i++) {
      const id = repository.layerLinks.at(i);
      if (mark.kept.has(id) || (graph.isStored(id) && !goneBlobs.has(id))) continue;
      const digest = graph.digests.digestOf(id);
      candidates.push({ kind: "layer_link", repositoryName: repository.name, tag: "", digest, sizeBytes: 0 });
      if (slice.isOver) await slice.pause();
    }
  }
  return { candidates, emptyBlobDirectories, mark };
}
