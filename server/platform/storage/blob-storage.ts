import type { Oddity } from "@/domain/gc/oddity";

/** A revision link of a repository. `modifiedAtMs` is the link's own time. */
type RevisionEntry = {
  digest: string;
  modifiedAtMs: number;
  /** The link says something other than its place does: nobody knows what it means, so it stays. */
  isContradictory: boolean;
};

/** `target` is null where the current link is missing (`isUnclear` false) or cannot be understood (`isUnclear` true). */
export type TagEntry = { name: string; target: string | null; isUnclear: boolean };

export type RevisionListing = {
  revisions: RevisionEntry[];
  /** Digests whose directory is there without a link: what an API delete leaves. They are not revisions. */
  emptyDirectories: string[];
};

export type LayerLinkListing = {
  /** `modifiedAtMs` is null unless times were asked for. */
  links: { digest: string; modifiedAtMs: number | null }[];
  /** A sha512 link and the sha256 digest it contains. */
  aliases: { from: string; to: string }[];
};

/** `lastActivityAtMs`: when its data last grew (its start where there is no data yet). */
export type UploadEntry = { id: string; lastActivityAtMs: number };

/** `at`: when bytes that are deleted now are really free; null where they stay until somebody does something, or nobody knows. */
export type PhysicalRelease = { at: Date | null; why: string };

export type BlobBody =
  | { state: "read"; body: Uint8Array }
  | { state: "missing" }
  | { state: "too_large"; sizeBytes: number };

export type ReadOptions = {
  /** Aborting makes the call throw the signal's reason, within milliseconds. */
  signal?: AbortSignal | undefined;
  /** Called for everything that is not as it should be; what it touches is left out of the answer only where that is safe. */
  onOddity?: ((oddity: Oddity) => void) | undefined;
};

/** `keepDirectory`: somebody may push, and registries make a directory and the file in it in two steps. */
export type DeleteOptions = { keepDirectory?: boolean };

/** Why, without the place: Node names the whole path on the server, and these words are shown to members of workspaces. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return "syscall" in cause ? (cause.message.split(", ")[0] ?? cause.message) : cause.message;
}

/** Storage could not be read, which is never taken for absence: whoever marks has to stop before it sweeps. */
export class StorageReadError extends Error {
  override readonly name = "StorageReadError";
  constructor(
    readonly path: string,
    options: { cause: unknown },
  ) {
    super(`cannot read ${path}: ${reasonOf(options.cause)}`, options);
  }

  get reason(): string {
    return reasonOf(this.cause);
  }
}

/** Something could not be removed, moved or written (no permission, read-only, full or failing disk). */
export class StorageWriteError extends Error {
  override readonly name = "StorageWriteError";
  readonly verb: "remove" | "move" | "write";
  constructor(
    readonly path: string,
    options: { cause: unknown; verb?: "remove" | "move" | "write" },
  ) {
    const verb = options.verb ?? "remove";
    super(`cannot ${verb} ${path}: ${reasonOf(options.cause)}`, { cause: options.cause });
    this.verb = verb;
  }

  get reason(): string {
    return reasonOf(this.cause);
  }
}

/**
 * A registry's storage, seen without the registry. Reading throws `StorageReadError`, removing, moving and writing throw
 * `StorageWriteError`. All of them are idempotent: what is gone already is a success, and the answer says whether this call removed it.
 */
export interface BlobStorage {
  /** Where it is, for messages. */
  readonly location: string;
  /**
   * How many calls are worth having under way at once: 1 where each is a quick system call. Where each is a request, removals that are
   * asked for together become few requests.
   */
  readonly concurrency: { readonly reads: number; readonly removals: number };

  /**
   * A view for one pass over everything: listings, sizes and times (not contents) are answered from what there was when it was opened,
   * or as it goes, where that costs nothing. A bucket is walked once for it, which tells `onBlobs` how many it has found so far; everything
   * else of the view is as of the storage itself.
   */
  snapshot(options?: ReadOptions & { onBlobs?: (count: number) => void }): Promise<BlobStorage>;
  /** Uploads that may be growing now, of all repositories. Begun ones without any data are left out where only requests would find them. */
  listActiveUploads(options?: ReadOptions): Promise<(UploadEntry & { repository: string })[]>;
  /** When the bytes of what is deleted now are really free, and why. Never throws: what cannot be found out is said. */
  physicalRelease(): Promise<PhysicalRelease>;

  /**
   * Names of all repositories (those with `_manifests` or `_layers`), nested ones too, sorted. `withUploadsOnly` adds those that
   * hold nothing but uploads: the first push to a repository begins so.
   */
  listRepositories(options?: ReadOptions & { withUploadsOnly?: boolean }): Promise<string[]>;
  listRevisions(repository: string, options?: ReadOptions): Promise<RevisionListing>;
  listTags(repository: string, options?: ReadOptions): Promise<TagEntry[]>;
  /** Every digest that the tag ever had, as far as its history is still there. */
  listTagHistory(repository: string, tag: string, options?: ReadOptions): Promise<string[]>;
  listLayerLinks(repository: string, options?: ReadOptions & { withTimes?: boolean }): Promise<LayerLinkListing>;
  listUploads(repository: string, options?: ReadOptions): Promise<UploadEntry[]>;
  /** Names of all tags, without looking where they point. */
  listTagNames(repository: string): Promise<string[]>;
  /** Where one tag points; null where there is no such tag. */
  readTag(repository: string, tag: string): Promise<TagEntry | null>;
  /** Whether the repository has a manifest, or may serve a blob: its link is there, and says what its place says. */
  hasRevision(repository: string, digest: string): Promise<boolean>;
  hasLayerLink(repository: string, digest: string): Promise<boolean>;

  /** The parts that blobs are spread over, to be read one by one with `listBlobs`. */
  listBlobShards(options?: ReadOptions): Promise<string[]>;
  /** Hex digits of the sha256 blobs of a shard. One may turn out to have no content: see `statBlob`. */
  listBlobs(shard: string, options?: ReadOptions): Promise<string[]>;
  /** Null where there is no such content. */
  statBlob(digest: string): Promise<{ sizeBytes: number; modifiedAtMs: number } | null>;
  readBlob(digest: string, limits: { maxBytes: number }): Promise<BlobBody>;

  deleteBlob(digest: string): Promise<boolean>;
  deleteRevision(repository: string, digest: string, options?: DeleteOptions): Promise<boolean>;
  deleteTagHistoryEntry(repository: string, tag: string, digest: string, options?: DeleteOptions): Promise<boolean>;
  deleteLayerLink(repository: string, digest: string, options?: DeleteOptions): Promise<boolean>;
  deleteUpload(repository: string, id: string): Promise<boolean>;
  /**
   * Take away what is left of a revision without a link, of a blob without content: never anything but an empty directory, so that
   * neither can do harm where somebody has pushed it again since it was listed.
   */
  removeEmptyRevision(repository: string, digest: string): Promise<boolean>;
  removeEmptyBlob(digest: string): Promise<boolean>;
  /** Takes a repository that holds nothing at all out of the catalogue. Only while no one can push. */
  removeRepositoryIfEmpty(repository: string): Promise<boolean>;

  /**
   * Moves a blob's content out of the registry's sight, into the quarantine of one run; false where it is gone. An interruption leaves it
   * in one of the two places (or both, with the same bytes), never in none.
   */
  quarantineBlob(runId: string, digest: string): Promise<boolean>;
  /** Puts it back; where the registry has the content again the quarantined copy is dropped. */
  releaseBlob(runId: string, digest: string): Promise<"returned" | "dropped" | "missing">;
  readQuarantinedBlob(runId: string, digest: string, limits: { maxBytes: number }): Promise<BlobBody>;
  /** Removes the quarantined copy for good; the registry's own content of that digest, if it has any, is not touched. */
  purgeQuarantinedBlob(runId: string, digest: string): Promise<boolean>;
  /** Ids of the runs that have a quarantine, sorted. */
  listQuarantines(options?: ReadOptions): Promise<string[]>;
  listQuarantinedBlobs(runId: string, options?: ReadOptions): Promise<{ digest: string; sizeBytes: number }[]>;
  /** Writes a revision's link again: what an undo, or the second mark, gives back. It counts as written now. */
  restoreRevision(repository: string, digest: string): Promise<void>;
  /** Writes a tag's history entry again, where there (still, or again) is such a tag: else it would bring the tag's name back. */
  restoreTagHistoryEntry(repository: string, tag: string, digest: string): Promise<void>;
  restoreLayerLink(repository: string, digest: string): Promise<void>;
  /** When a revision's link was written last (ms); null where there is none. Asked right before it is removed while others may push. */
  revisionWrittenAt(repository: string, digest: string): Promise<number | null>;
}
