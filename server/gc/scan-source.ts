import { DIGEST_WORDS, WordList, wordsToHex } from "@/domain/gc/digest-words";
import type { Oddity } from "@/domain/gc/oddity";
import type { PackedListing } from "@/domain/gc/packed-listing";
import type { BlobStorage, ReadOptions } from "@/server/platform/storage/blob-storage";
import {
  LARGEST_MANIFEST_BYTES,
  ManifestReading,
  type ManifestsRead,
} from "@/server/platform/storage/manifest-reading";
import { StorageInThreads } from "@/server/platform/storage/storage-in-threads";

const MANIFESTS_PER_BATCH = 1000;

type RepositoryListings = {
  listing: PackedListing;
  emptyRevisions: { repository: string; digest: string }[];
};

/** Where a scan has its facts from. Oddities are told as they are found. */
export interface ScanSource {
  /** Words of all blobs' digests. */
  blobs(): AsyncGenerator<Uint32Array>;
  repositories(names: readonly string[]): AsyncGenerator<RepositoryListings>;
  /** What manifests refer to; `others` are those that are named otherwise than they are stored. */
  manifests(
    digests: Uint32Array,
    others: readonly { digest: string; storedAs: string }[],
  ): AsyncGenerator<ManifestsRead>;
}

type SourceOptions = {
  withLinkTimes: boolean;
  withTagHistories?: boolean;
  quarantineRunId?: string | null;
  signal?: AbortSignal | undefined;
};

/** Threads where the storage is on this machine, its own calls elsewhere. */
export function scanSourceOf(storage: BlobStorage, options: SourceOptions, oddities: Oddity[]): ScanSource {
  const threads = StorageInThreads.of(storage, options.signal);
  return threads === null
    ? new PortSource(storage, options, oddities)
    : new ThreadSource(storage, threads, options, oddities);
}

class ThreadSource implements ScanSource {
  constructor(
    private readonly storage: BlobStorage,
    private readonly threads: StorageInThreads,
    private readonly options: SourceOptions,
    private readonly oddities: Oddity[],
  ) {}

  async *blobs(): AsyncGenerator<Uint32Array> {
    const reads = { signal: this.options.signal, onOddity: (oddity: Oddity) => this.oddities.push(oddity) };
    for await (const { words, oddities } of this.threads.shards(await this.storage.listBlobShards(reads))) {
      this.oddities.push(...oddities);
      yield words;
    }
  }

  async *repositories(names: readonly string[]): AsyncGenerator<RepositoryListings> {
    const { withLinkTimes, withTagHistories = true } = this.options;
    for await (const read of this.threads.repositories(names, { withLinkTimes, withTagHistories })) {
      this.oddities.push(...read.oddities);
      yield read;
    }
  }

  manifests(digests: Uint32Array, others: readonly { digest: string; storedAs: string }[]) {
    return this.threads.manifests(digests, others, this.options.quarantineRunId ?? null);
  }
}

/** As many reads under way at once as the storage is worth. */
class PortSource implements ScanSource {
  readonly #reads: ReadOptions;

  constructor(
    private readonly storage: BlobStorage,
    private readonly options: SourceOptions,
    oddities: Oddity[],
  ) {
    this.#reads = { signal: options.signal, onOddity: (oddity) => oddities.push(oddity) };
  }

  async *blobs(): AsyncGenerator<Uint32Array> {
    for (const shard of await this.storage.listBlobShards(this.#reads)) {
      const words = new WordList();
      for (const hex of await this.storage.listBlobs(shard, this.#reads)) words.pushHex(hex);
      yield words.toArray();
    }
  }

  async *repositories(names: readonly string[]): AsyncGenerator<RepositoryListings> {
    const { withLinkTimes, withTagHistories = true } = this.options;
    for (const name of names) {
      const { revisions, emptyDirectories } = await this.storage.listRevisions(name, this.#reads);
      const tags = [];
      for (const tag of await this.storage.listTags(name, this.#reads)) {
        const isWanted = withTagHistories || tag.target === null;
        // Of a tag with a target its history is looked at for the second time, and what is odd there was told.
        const reads = tag.target === null ? this.#reads : { signal: this.options.signal };
        const history = isWanted ? await this.storage.listTagHistory(name, tag.name, reads) : [];
        tags.push({ ...tag, history });
      }
      const layers = await this.storage.listLayerLinks(name, { ...this.#reads, withTimes: withLinkTimes });
      const rest = { revisions, tags, layerLinks: layers.links, aliases: layers.aliases };
      const repository = { name, revisions: 0, tags: [], pastOfTag: [], layerLinks: 0, rest };
      yield {
        listing: { words: new Uint32Array(0), repositories: [repository] },
        emptyRevisions: emptyDirectories.map((digest) => ({ repository: name, digest })),
      };
    }
  }

  async *manifests(
    digests: Uint32Array,
    others: readonly { digest: string; storedAs: string }[],
  ): AsyncGenerator<ManifestsRead> {
    const all = [...others];
    for (let at = 0; at < digests.length; at += DIGEST_WORDS) {
      const digest = `sha256:${wordsToHex(digests, at)}`;
      all.push({ digest, storedAs: digest });
    }
    for (let start = 0; start < all.length; start += MANIFESTS_PER_BATCH) {
      const reading = new ManifestReading();
      let next = start;
      const work = async () => {
        for (let at = next++; at < Math.min(all.length, start + MANIFESTS_PER_BATCH); at = next++) {
          this.options.signal?.throwIfAborted();
          const { digest, storedAs } = all[at] ?? { digest: "", storedAs: "" };
          reading.take(digest, await this.#body(storedAs));
        }
      };
      await Promise.all(Array.from({ length: this.storage.concurrency.reads }, work));
      yield reading.result();
    }
  }

  async #body(digest: string) {
    const limits = { maxBytes: LARGEST_MANIFEST_BYTES };
    const blob = await this.storage.readBlob(digest, limits);
    const { quarantineRunId } = this.options;
    if (blob.state !== "missing" || !quarantineRunId) return blob;
    return this.storage.readQuarantinedBlob(quarantineRunId, digest, limits);
  }
}
