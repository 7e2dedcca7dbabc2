/** A manifest as the registry stores it. `digest` is the sha256 of `body`. */
export type RawManifest = { digest: string; mediaType: string; body: Buffer };

export type ResolvedManifest = { digest: string; mediaType: string; sizeBytes: number };

/** Whether something can be done at a registry; where it cannot, the sentence that a screen shows. */
export type Capability = { available: true } | { available: false; reason: string };

export type RegistryCapabilities = {
  /** Images can be deleted at all: without it nothing can be recycled or purged. */
  canDelete: Capability;
  /** One of several tags can be taken away by a request of its own; else a placeholder is used, which adds noise to events. */
  canUntagByDelete: Capability;
  /** Untagged images can be found (the storage is readable, or the registry lists them). */
  canListUntagged: Capability;
  /** The console reads and sweeps the storage itself: our own garbage collection. */
  hasStorage: Capability;
  /** The console decides who may push, so read-only mode needs no restart and no downtime. */
  hasReadOnlyMode: Capability;
};

/** What is missing of an image: `blob` for configs and layers. `reason` is one line for people. */
export type MissingContent = { kind: "manifest" | "blob"; digest: string; reason: string };

type CopyStep = { kind: "blob" | "manifest"; digest: string; done: number; total: number };

export type CopyRequest = {
  from: string;
  to: string;
  /** Children before what names them; the bodies are written byte for byte. */
  manifests: readonly RawManifest[];
  signal?: AbortSignal;
  onStep?: (step: CopyStep) => void;
  /** The target is likely to have the blobs already: they are mounted only where it refuses a manifest for lack of one. */
  expectsBlobs?: boolean;
};

export type VerifyRequest = {
  repository: string;
  manifests: readonly RawManifest[];
  signal?: AbortSignal;
  /**
   * A blob that was read there so shortly ago is not read again: images share most of theirs. Default 0. Only where nothing of ours
   * removes blobs of this registry.
   */
  blobsReadWithinMs?: number;
};

/**
 * The one way to a registry for rules, runs, bin and history, which never learn the vendor. Repository names are full paths
 * without the host (on Harbor the first component is the project). All methods throw `RegistryError`, and what changes
 * something is idempotent, so that a move can be resumed from its journal. Everything done here is reported by the registry
 * as an event of the subject `reclaim-system` (or of the configured user, for registries with their own accounts).
 */
export interface RegistryAdapter {
  readonly vendor: "distribution" | "harbor";
  readonly url: string;

  /** Asks the registry what it can do; the answer is kept for this adapter's life. */
  capabilities(): Promise<RegistryCapabilities>;

  /** Resolves when the registry answers and takes our credentials. */
  ping(): Promise<void>;

  /** All repositories, or those in a prefix (whole path components). May leave out some on registries with listing bugs. */
  listRepositories(options?: { prefix?: string; signal?: AbortSignal }): AsyncIterable<string>;

  /** Tags in ascending order; empty for a repository that does not exist. */
  listTags(repository: string, signal?: AbortSignal): Promise<string[]>;

  /** What a tag or digest stands for now; null where there is nothing. */
  resolve(repository: string, reference: string): Promise<ResolvedManifest | null>;

  /** The manifest behind a tag or digest, its bytes checked against its digest; null where there is nothing. */
  getManifest(repository: string, reference: string, signal?: AbortSignal): Promise<RawManifest | null>;

  /**
   * A small blob (a config), its bytes checked against its digest; null where the repository does not have it.
   * A larger one than `maxBytes` is refused: `protocol` with code `TOO_LARGE`.
   */
  getBlob(repository: string, digest: string, maxBytes: number, signal?: AbortSignal): Promise<Buffer | null>;

  /**
   * Makes the manifests and all that they need available in another repository, under the same digests and without tags.
   * Resolves only when the registry has confirmed every one. Where a blob is gone at the source: `not_found` with code `BLOB_UNKNOWN`.
   */
  copy(request: CopyRequest): Promise<void>;

  /** Reads back manifests and probes each of their blobs. Empty = complete. Errors other than "not there" are thrown. */
  verify(request: VerifyRequest): Promise<MissingContent[]>;

  /** Points a tag at a manifest that the repository has, replacing what it pointed to. Its body need not be read where it is given. */
  tag(request: { repository: string; tag: string; digest: string; manifest?: RawManifest }): Promise<void>;

  /**
   * Takes one tag away from its image; the image and its other tags stay. `absent` where the tag is not there (any more).
   * `conflict` (code `TAG_MOVED`) where the tag points to another digest than the given one: it was pushed again.
   */
  untag(request: { repository: string; tag: string; digest: string }): Promise<"untagged" | "absent">;

  /** Deletes a manifest and every tag on it, without any guard: callers check and journal first. */
  deleteManifest(repository: string, digest: string): Promise<"deleted" | "absent">;

  /** Ends idle connections. */
  close(): void;
}
