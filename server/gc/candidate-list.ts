import { IdList, IdSet } from "@/domain/gc/id-list";
import type { ReferenceGraph } from "@/domain/gc/reference-graph";
import type { StorageEntry } from "@/server/platform/storage/remove-entry";

/** The order in which they go. */
export const CANDIDATE_KINDS = ["revision", "tag_index", "blob", "layer_link"] as const;
export type CandidateKind = (typeof CANDIDATE_KINDS)[number];

/** One thing to remove. `repositoryName` is empty for blobs, `tag` for all but tag index entries. Only blobs have a size. */
export type Candidate = StorageEntry & { kind: CandidateKind; sizeBytes: number };

/** Places of candidates of one kind: index into `graph.repositories` (0 for blobs), and the digest's number. */
class Places {
  readonly repositories = new IdList();
  readonly digests = new IdList();

  push(repository: number, digest: number): void {
    this.repositories.push(repository);
    this.digests.push(digest);
  }
}

/** What may go, as numbers: a string for each of a million digests would take more memory than all the rest. */
export class CandidateList implements Iterable<Candidate> {
  readonly revisions = new Places();
  readonly tagIndexEntries = new Places();
  readonly #tags: string[] = [];
  readonly blobs = new IdList();
  #sizes = new Float64Array(64);
  #blobBytes = 0;
  readonly layerLinks = new Places();

  constructor(private readonly graph: ReferenceGraph) {}

  addTagIndexEntry(repository: number, tag: string, digest: number): void {
    this.tagIndexEntries.push(repository, digest);
    this.#tags.push(tag);
  }

  addBlob(digest: number, sizeBytes: number): void {
    const at = this.blobs.push(digest);
    if (at >= this.#sizes.length) {
      const grown = new Float64Array(this.#sizes.length * 2);
      grown.set(this.#sizes);
      this.#sizes = grown;
    }
    this.#sizes[at] = sizeBytes;
    this.#blobBytes += sizeBytes;
  }

  /** Without blobs and their links: for a collection of untagged manifests only. */
  manifestsOnly(): CandidateList {
    const list = new CandidateList(this.graph);
    const { revisions, tagIndexEntries } = this;
    for (let i = 0; i < revisions.digests.length; i++)
      list.revisions.push(revisions.repositories.at(i), revisions.digests.at(i));
    for (let i = 0; i < tagIndexEntries.digests.length; i++)
      list.addTagIndexEntry(tagIndexEntries.repositories.at(i), this.#tags[i] ?? "", tagIndexEntries.digests.at(i));
    return list;
  }

  get revisionCount(): number {
    return this.revisions.digests.length;
  }

  get blobCount(): number {
    return this.blobs.length;
  }

  get blobBytes(): number {
    return this.#blobBytes;
  }

  /** Of the blobs in this list, those that are among others, too. */
  blobsAmong(others: IdList): { count: number; bytes: number } {
    const isAmong = setOf(others);
    const sum = { count: 0, bytes: 0 };
    for (let i = 0; i < this.blobs.length; i++) {
      if (!isAmong.has(this.blobs.at(i))) continue;
      sum.count++;
      sum.bytes += this.#sizes[i] ?? 0;
    }
    return sum;
  }

  blobSet(): IdSet {
    return setOf(this.blobs);
  }

  /** In the order of removal: revisions, tag index entries, blobs, stale layer links. */
  *[Symbol.iterator](): Generator<Candidate> {
    yield* this.#entries("revision", this.revisions);
    yield* this.#entries("tag_index", this.tagIndexEntries);
    for (let i = 0; i < this.blobs.length; i++) {
      const digest = this.graph.digests.digestOf(this.blobs.at(i));
      yield { kind: "blob", repositoryName: "", tag: "", digest, sizeBytes: this.#sizes[i] ?? 0 };
    }
    yield* this.#entries("layer_link", this.layerLinks);
  }

  *#entries(kind: Exclude<CandidateKind, "blob">, { repositories, digests }: Places): Generator<Candidate> {
    for (let i = 0; i < digests.length; i++) {
      const repositoryName = this.graph.repositories[repositories.at(i)]?.name ?? "";
      const tag = kind === "tag_index" ? (this.#tags[i] ?? "") : "";
      yield { kind, repositoryName, tag, digest: this.graph.digests.digestOf(digests.at(i)), sizeBytes: 0 };
    }
  }
}

function setOf(ids: IdList): IdSet {
  const set = new IdSet();
  for (let i = 0; i < ids.length; i++) set.add(ids.at(i));
  return set;
}

/** Splits candidates into batches of one kind each: a blob must not be touched while revisions that used it are still going. */
export function* inBatches(candidates: Iterable<Candidate>, size: number): Generator<Candidate[]> {
  let batch: Candidate[] = [];
  for (const candidate of candidates) {
    if (batch.length > 0 && (batch.length >= size || batch[0]?.kind !== candidate.kind)) {
      yield batch;
      batch = [];
    }
    batch.push(candidate);
  }
  if (batch.length > 0) yield batch;
}
