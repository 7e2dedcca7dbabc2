import { DIGEST_WORDS } from "@/domain/gc/digest-words";
import { IdSet } from "@/domain/gc/id-list";
import type { ManifestReferences } from "@/domain/gc/manifest-references";
import type { Oddity } from "@/domain/gc/oddity";
import { ReferenceGraph } from "@/domain/gc/reference-graph";
import { ReferencePack } from "@/domain/gc/reference-pack";
import type { BlobStorage } from "@/server/platform/storage/blob-storage";
import type { ManifestsRead } from "@/server/platform/storage/manifest-reading";
import { TimeSlice } from "@/server/platform/storage/time-slice";
import { KnownPacks } from "./known-packs";
import { type ScanSource, scanSourceOf } from "./scan-source";

/** Totals grow while the scan finds out what there is; a total that is not known yet is null. */
type ScanProgress = {
  repositoriesDone: number;
  repositoriesTotal: number | null;
  manifestsDone: number;
  manifestsTotal: number | null;
  blobsTotal: number | null;
};

/** What is known of a registry's manifests, packed (see ReferencePack), so that each is read from storage once only. */
export type ReferenceCache = {
  loadPacks(signal: AbortSignal | undefined): Promise<{ id: string; words: Uint32Array }[]>;
  /** Keeps packs of what was read, in the place of others. Only of readable manifests, whose body has the digest that it is stored under. */
  replacePacks(
    dropped: readonly string[],
    added: readonly Uint32Array[],
    signal: AbortSignal | undefined,
  ): Promise<void>;
  /** What is known from elsewhere of manifests that are not in storage any more. */
  lookUp(digests: readonly string[]): Promise<ReadonlyMap<string, ManifestReferences>>;
};

export type ScanOptions = {
  cache: ReferenceCache;
  /** Ask for the times of layer links: needed only where writers were not drained. */
  withLinkTimes: boolean;
  /** Look what tags pointed at before: needed only where that is to be cleaned up. Default: true. */
  withTagHistories?: boolean;
  /** Manifests that are missing among the blobs are read from the quarantine of this run. */
  quarantineRunId?: string | null;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: ScanProgress) => void) | undefined;
  /** Puts another source in the place of the storage's own. */
  sourceOver?: ((source: ScanSource) => ScanSource) | undefined;
};

export type StorageScan = {
  graph: ReferenceGraph;
  oddities: Oddity[];
  /** Left behind by API deletes: directories of revisions without a link. */
  emptyRevisionDirectories: { repository: string; digest: string }[];
  /** How many manifests were read from storage, the others being known. */
  manifestsRead: number;
  /** The storage as this scan saw it: for what else has to be asked of it. */
  view: BlobStorage;
};

/**
 * Reads all that marking needs, blobs first: what is pushed later is not in that snapshot and so never a candidate. Links are
 * not read where their place tells their content, and manifests only where the cache does not know them. Any read error is thrown
 * (StorageReadError), because a mark that missed something must not be swept; an abort throws the signal's reason.
 */
export async function scanStorage(storage: BlobStorage, options: ScanOptions): Promise<StorageScan> {
  const oddities: Oddity[] = [];
  const { signal } = options;
  const packs = options.cache.loadPacks(signal);
  packs.catch(() => undefined);
  const nothing = { repositoriesDone: 0, repositoriesTotal: null, manifestsDone: 0, manifestsTotal: null };
  const view = await storage.snapshot({
    signal,
    onOddity: (oddity) => oddities.push(oddity),
    onBlobs: (blobsTotal) => options.onProgress?.({ ...nothing, blobsTotal }),
  });
  const source = scanSourceOf(view, options, oddities);
  const scanner = new Scanner(view, options.sourceOver?.(source) ?? source, options, oddities);
  await scanner.readBlobs();
  await scanner.readRepositories();
  await scanner.readManifests(await packs);
  return scanner.result();
}

class Scanner {
  readonly #graph = new ReferenceGraph();
  readonly #emptyRevisionDirectories: { repository: string; digest: string }[] = [];
  readonly #progress: ScanProgress = {
    repositoriesDone: 0,
    repositoriesTotal: null,
    manifestsDone: 0,
    manifestsTotal: null,
    blobsTotal: null,
  };
  readonly #slice: TimeSlice;
  #manifestsRead = 0;

  constructor(
    private readonly view: BlobStorage,
    private readonly source: ScanSource,
    private readonly options: ScanOptions,
    private readonly oddities: Oddity[],
  ) {
    this.#slice = new TimeSlice(options.signal);
  }

  async readBlobs(): Promise<void> {
    for await (const words of this.source.blobs()) {
      this.#graph.addStoredWords(words);
      await this.#pauseIfDue();
    }
    this.#progress.blobsTotal = this.#graph.storedBlobs.length;
    this.#tell();
  }

  async readRepositories(): Promise<void> {
    const reads = { signal: this.options.signal, onOddity: (oddity: Oddity) => this.oddities.push(oddity) };
    const names = await this.view.listRepositories(reads);
    this.#progress.repositoriesTotal = names.length;
    for await (const { listing, emptyRevisions } of this.source.repositories(names)) {
      this.oddities.push(...this.#graph.addListing(listing));
      this.#emptyRevisionDirectories.push(...emptyRevisions);
      this.#progress.repositoriesDone += listing.repositories.length;
      await this.#pauseIfDue();
    }
    this.#progress.manifestsTotal = this.#graph.liveRevisions.size;
    this.#tell();
  }

  /** Every revision's manifest once, then children that no repository lists: their index still needs them. */
  async readManifests(stored: readonly { id: string; words: Uint32Array }[]): Promise<void> {
    const { signal, cache } = this.options;
    const known = new KnownPacks(this.#graph);
    const opened = [];
    for (const { id, words } of stored) {
      opened.push({ id, count: known.open(id, words) });
      await this.#pauseIfDue();
    }
    for (const { id } of opened) {
      this.#progress.manifestsDone += known.addWanted(id, (digest) => this.#graph.liveRevisions.has(digest));
      await this.#pauseIfDue();
    }
    await this.#reportKnown();
    const added = await this.#read(this.#unknownRevisions(), "revision");

    const asked = new IdSet();
    for (let from = 0; from < this.#graph.children.length; ) {
      const children = this.#graph.children.slice(from, this.#graph.children.length);
      const wanted = [...children].filter((id) => !this.#graph.hasManifest(id));
      from += children.length;
      if (wanted.length === 0) continue;
      known.addAmong(wanted);
      const unknown = wanted.filter((id) => !this.#graph.hasManifest(id) && asked.add(id));
      added.push(...(await this.#read(unknown, "child")));
    }
    const { dropped, merged } = known.tidy();
    added.push(...merged);
    if (dropped.length > 0 || added.length > 0) await cache.replacePacks(dropped, added, signal);
    signal?.throwIfAborted();
  }

  result(): StorageScan {
    this.#tell();
    return {
      graph: this.#graph,
      oddities: this.oddities,
      emptyRevisionDirectories: this.#emptyRevisionDirectories,
      manifestsRead: this.#manifestsRead,
      view: this.view,
    };
  }

  #unknownRevisions(): number[] {
    const unknown: number[] = [];
    const seen = new IdSet();
    for (const repository of this.#graph.repositories) {
      for (let i = 0; i < repository.revisions.length; i++) {
        const id = repository.revisions.at(i);
        if (seen.add(id) && !this.#graph.hasManifest(id)) unknown.push(id);
      }
    }
    return unknown;
  }

  /** Takes manifests into the graph from storage; returns packs of what was learnt. */
  async #read(ids: readonly number[], role: "revision" | "child"): Promise<Uint32Array[]> {
    if (ids.length === 0) return [];
    const { digests } = this.#graph;
    const words = new Uint32Array(ids.length * DIGEST_WORDS);
    const others: { digest: string; storedAs: string }[] = [];
    let count = 0;
    for (const id of ids) {
      if (digests.copyWords(id, words, count * DIGEST_WORDS)) count++;
      else others.push({ digest: digests.digestOf(id), storedAs: this.#storedAs(id) });
    }
    this.#manifestsRead += ids.length;
    const packs: Uint32Array[] = [];
    for await (const read of this.source.manifests(words.subarray(0, count * DIGEST_WORDS), others)) {
      const taken = await this.#take(read, role);
      if (role === "revision") this.#progress.manifestsDone += taken;
      if (read.pack !== null) packs.push(read.pack);
      await this.#pauseIfDue();
    }
    return packs;
  }

  async #take(read: ManifestsRead, role: "revision" | "child"): Promise<number> {
    const graph = this.#graph;
    const pack = read.pack === null ? null : ReferencePack.open(read.pack);
    if (pack !== null) graph.addPack(pack, pack.internInto(graph.digests), () => true);
    for (const { digest, references } of read.unpacked) graph.addManifest(digest, references);
    for (const { digest, mediaType } of read.unknownTypes)
      this.#odd("manifest_type_unknown", digest, mediaType || "it names no media type");
    for (const { digest, reason, mentioned } of read.unreadable) {
      graph.addUnreadableManifest(digest, mentioned);
      this.#odd("manifest_unreadable", digest, `${reason}; whatever its repositories link to is kept`);
    }
    const known = read.missing.length === 0 ? null : await this.options.cache.lookUp(read.missing);
    for (const digest of read.missing) {
      const references = known?.get(digest);
      if (references !== undefined) graph.addManifest(digest, references);
      if (role === "child") this.#odd("child_missing", digest, "an index names it, but it is not in storage");
      else if (references !== undefined) this.#odd("manifest_missing", digest, GONE_BUT_KNOWN);
      else {
        graph.addUnreadableManifest(digest, []);
        const detail = "a repository lists it, but it is not in storage; whatever its repositories link to is kept";
        this.#odd("manifest_missing", digest, detail);
      }
    }
    return (pack?.manifestCount ?? 0) + read.unpacked.length + read.unreadable.length + read.missing.length;
  }

  /**
   * What is odd about manifests that need not be read. What they refer to stays where they are gone themselves, so that pushing them again
   * heals the image.
   */
  async #reportKnown(): Promise<void> {
    const graph = this.#graph;
    let quarantined: ReadonlySet<string> | null = null;
    for (let i = 0; i < graph.manifests.length; i++) {
      const id = graph.manifests.at(i);
      if (graph.unknownKinds.has(id))
        this.#odd("manifest_type_unknown", graph.digests.digestOf(id), "of a media type that nobody knows");
      if (graph.isStored(id)) continue;
      const stored = this.#storedAs(id);
      if (graph.isStored(graph.digests.find(stored)) || (await this.view.statBlob(stored)) !== null) continue;
      quarantined ??= await this.#quarantined();
      if (!quarantined.has(stored)) this.#odd("manifest_missing", graph.digests.digestOf(id), GONE_BUT_KNOWN);
    }
  }

  async #quarantined(): Promise<ReadonlySet<string>> {
    const { quarantineRunId, signal } = this.options;
    if (!quarantineRunId) return new Set();
    return new Set((await this.view.listQuarantinedBlobs(quarantineRunId, { signal })).map(({ digest }) => digest));
  }

  /** A manifest named by sha512 lies under its sha256 digest. */
  #storedAs(id: number): string {
    const { digests, aliases } = this.#graph;
    return digests.digestOf(aliases.get(id) ?? id);
  }

  #odd(kind: Oddity["kind"], path: string, detail: string): void {
    this.oddities.push({ kind, path, detail });
  }

  #tell(): void {
    this.options.onProgress?.({ ...this.#progress });
  }

  async #pauseIfDue(): Promise<void> {
    if (!this.#slice.isOver) return;
    this.#tell();
    await this.#slice.pause();
  }
}

const GONE_BUT_KNOWN = "a repository lists it, but it is not in storage; what it refers to is known and kept";
