import { type ManifestReferences, referencesOf } from "@/domain/gc/manifest-references";
import type { Oddity } from "@/domain/gc/oddity";
import { ReferenceGraph } from "@/domain/gc/reference-graph";
import { parseManifest } from "@/domain/images/parse-manifest";
import { hasDigest } from "@/server/platform/crypto/has-digest";
import type { BlobStorage, ReadOptions } from "@/server/platform/storage/blob-storage";
import { TimeSlice } from "@/server/platform/storage/time-slice";

/** Registries accept 4 MiB; what is larger is no manifest. */
const LARGEST_MANIFEST_BYTES = 8 * 1024 * 1024;
const MANIFESTS_PER_BATCH = 1000;

/** Totals grow while the scan finds out what there is; a total that is not known yet is null. */
type ScanProgress = {
  repositoriesDone: number;
  repositoriesTotal: number | null;
  manifestsDone: number;
  manifestsTotal: number | null;
  blobsTotal: number | null;
};

export type ReferenceCache = {
  /** What is known already of these manifests; what it leaves out is read from storage. */
  load(digests: readonly string[]): Promise<ReadonlyMap<string, ManifestReferences>>;
  /** Keeps what was read. Called for readable manifests only, whose body has the digest that it is stored under. */
  save(found: readonly ReadManifest[]): Promise<void>;
};

/** A manifest that a scan read, with its body's facts for whoever keeps more than references. */
type ReadManifest = { digest: string; sizeBytes: number; body: Uint8Array; references: ManifestReferences };

export type ScanOptions = {
  cache: ReferenceCache;
  /** Ask for the times of layer links: needed only where writers were not drained. */
  withLinkTimes: boolean;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: ScanProgress) => void) | undefined;
};

export type StorageScan = {
  graph: ReferenceGraph;
  oddities: Oddity[];
  /** Left behind by API deletes: directories of revisions without a link. */
  emptyRevisionDirectories: { repository: string; digest: string }[];
  /** How many manifests were read from storage, the others being known. */
  manifestsRead: number;
};

/**
 * Reads all that marking needs, blobs first: what is pushed later is not in that snapshot and so never a candidate. Links are
 * not read where their place tells their content, and manifests only where the cache does not know them. Any read error is thrown
 * (StorageReadError), because a mark that missed something must not be swept; an abort throws the signal's reason.
 */
export async function scanStorage(storage: BlobStorage, options: ScanOptions): Promise<StorageScan> {
  const scanner = new Scanner(storage, options);
  await scanner.readBlobs();
  await scanner.readRepositories();
  await scanner.readManifests();
  return scanner.result();
}

class Scanner {
  readonly #graph = new ReferenceGraph();
  readonly #oddities: Oddity[] = [];
  readonly #emptyRevisionDirectories: { repository: string; digest: string }[] = [];
  readonly #progress: ScanProgress = {
    repositoriesDone: 0,
    repositoriesTotal: null,
    manifestsDone: 0,
    manifestsTotal: null,
    blobsTotal: null,
  };
  readonly #slice: TimeSlice;
  readonly #reads: ReadOptions;
  #manifestsRead = 0;

  constructor(
    private readonly storage: BlobStorage,
    private readonly options: ScanOptions,
  ) {
    this.#slice = new TimeSlice(options.signal);
    this.#reads = { signal: options.signal, onOddity: (oddity) => this.#oddities.push(oddity) };
  }

  async readBlobs(): Promise<void> {
    for (const shard of await this.storage.listBlobShards(this.#reads)) {
      for (const hex of await this.storage.listBlobs(shard, this.#reads)) this.#graph.addStoredSha256(hex);
      await this.#pauseIfDue();
    }
    this.#progress.blobsTotal = this.#graph.storedBlobs.length;
  }

  async readRepositories(): Promise<void> {
    const names = await this.storage.listRepositories(this.#reads);
    this.#progress.repositoriesTotal = names.length;
    for (const name of names) {
      await this.#readRepository(name);
      this.#progress.repositoriesDone++;
      await this.#pauseIfDue();
    }
    this.#progress.manifestsTotal = this.#graph.liveRevisions.size;
  }

  /** Reads every revision's manifest once, then children that no repository lists: their index still needs them. */
  async readManifests(): Promise<void> {
    let batch: string[] = [];
    let children: string[] = [];
    const seen = new Set<number>();
    for (const repository of this.#graph.repositories) {
      for (let i = 0; i < repository.revisions.length; i++) {
        const id = repository.revisions.at(i);
        if (seen.has(id)) continue;
        seen.add(id);
        batch.push(this.#graph.digests.digestOf(id));
        if (batch.length < MANIFESTS_PER_BATCH) continue;
        children.push(...(await this.#readBatch(batch, "revision")));
        batch = [];
      }
    }
    children.push(...(await this.#readBatch(batch, "revision")));

    const asked = new Set<string>();
    while (children.length > 0) {
      const unknown = [...new Set(children)].filter((digest) => !asked.has(digest) && !this.#graph.hasManifest(digest));
      for (const digest of unknown) asked.add(digest);
      children = [];
      for (let start = 0; start < unknown.length; start += MANIFESTS_PER_BATCH) {
        children.push(...(await this.#readBatch(unknown.slice(start, start + MANIFESTS_PER_BATCH), "child")));
      }
    }
  }

  result(): StorageScan {
    this.options.onProgress?.({ ...this.#progress });
    return {
      graph: this.#graph,
      oddities: this.#oddities,
      emptyRevisionDirectories: this.#emptyRevisionDirectories,
      manifestsRead: this.#manifestsRead,
    };
  }

  async #readRepository(name: string): Promise<void> {
    const { revisions, emptyDirectories } = await this.storage.listRevisions(name, this.#reads);
    const tags = [];
    for (const tag of await this.storage.listTags(name, this.#reads)) {
      const history = tag.target === null ? await this.storage.listTagHistory(name, tag.name, this.#reads) : [];
      tags.push({ ...tag, history });
    }
    const layers = await this.storage.listLayerLinks(name, { ...this.#reads, withTimes: this.options.withLinkTimes });
    const facts = { name, revisions, tags, layerLinks: layers.links, aliases: layers.aliases };
    this.#oddities.push(...this.#graph.addRepository(facts));
    for (const digest of emptyDirectories) this.#emptyRevisionDirectories.push({ repository: name, digest });
  }

  /** Takes a batch of manifests into the graph; returns the children they name. */
  async #readBatch(digests: readonly string[], role: "revision" | "child"): Promise<string[]> {
    if (digests.length === 0) return [];
    const known = await this.options.cache.load(digests);
    const children: string[] = [];
    const found: ReadManifest[] = [];
    for (const digest of digests) {
      const isKnown = known.get(digest);
      if (isKnown !== undefined && role === "revision") await this.#reportIfGone(digest);
      const references = isKnown ?? (await this.#readManifest(digest, role, found));
      if (references !== null) {
        this.#graph.addManifest(digest, references);
        children.push(...references.children);
      }
      if (role === "revision") this.#progress.manifestsDone++;
      await this.#pauseIfDue();
    }
    if (found.length > 0) await this.options.cache.save(found);
    this.options.signal?.throwIfAborted();
    return children;
  }

  async #readManifest(
    digest: string,
    role: "revision" | "child",
    found: ReadManifest[],
  ): Promise<ManifestReferences | null> {
    const blob = await this.storage.readBlob(this.#storedAs(digest), { maxBytes: LARGEST_MANIFEST_BYTES });
    this.#manifestsRead++;
    if (blob.state === "missing") {
      if (role === "child") this.#odd("child_missing", digest, "an index names it, but it is not in storage");
      else this.#giveUpOn(digest, null, "manifest_missing", "a repository lists it, but it is not in storage");
      return null;
    }
    if (blob.state === "too_large") {
      this.#giveUpOn(digest, null, "manifest_unreadable", `${blob.sizeBytes} bytes are too many for a manifest`);
      return null;
    }
    const parsed = parseManifest(blob.body);
    if (!parsed.ok) {
      this.#giveUpOn(digest, blob.body, "manifest_unreadable", parsed.reason);
      return null;
    }
    if (!hasDigest(blob.body, digest)) {
      this.#giveUpOn(digest, blob.body, "manifest_unreadable", "its content does not have its digest");
      return null;
    }
    const references = referencesOf(parsed.manifest);
    if (references.isUnknownKind)
      this.#odd("manifest_type_unknown", digest, parsed.manifest.mediaType || "it names no media type");
    found.push({ digest, sizeBytes: blob.body.length, body: blob.body, references });
    return references;
  }

  /** What it refers to is known and stays, so that pushing the manifest again heals the image. */
  async #reportIfGone(digest: string): Promise<void> {
    const stored = this.#storedAs(digest);
    if (this.#graph.isStored(this.#graph.digests.find(stored)) || (await this.storage.statBlob(stored)) !== null)
      return;
    this.#odd(
      "manifest_missing",
      digest,
      "a repository lists it, but it is not in storage; what it refers to is known and kept",
    );
  }

  #giveUpOn(
    digest: string,
    body: Uint8Array | null,
    kind: "manifest_missing" | "manifest_unreadable",
    detail: string,
  ): void {
    this.#graph.addUnreadableManifest(digest, body);
    this.#odd(kind, digest, `${detail}; whatever its repositories link to is kept`);
  }

  #odd(kind: Oddity["kind"], path: string, detail: string): void {
    this.#oddities.push({ kind, path, detail });
  }

  /** A manifest named by sha512 lies under its sha256 digest. */
  #storedAs(digest: string): string {
    const { digests, aliases } = this.#graph;
    const alias = aliases.get(digests.find(digest));
    return alias === undefined ? digest : digests.digestOf(alias);
  }

  async #pauseIfDue(): Promise<void> {
    if (!this.#slice.isOver) return;
    this.options.onProgress?.({ ...this.#progress });
    await this.#slice.pause();
  }
}
