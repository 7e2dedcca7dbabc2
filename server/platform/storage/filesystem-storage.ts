import type { Oddity, OddityKind } from "@/domain/gc/oddity";
import { isDigest } from "@/domain/images/digest";
import type {
  BlobBody,
  BlobStorage,
  DeleteOptions,
  LayerLinkListing,
  PhysicalRelease,
  ReadOptions,
  RevisionListing,
  TagEntry,
  UploadEntry,
} from "./blob-storage";
import { StorageReadError } from "./blob-storage";
import { paths } from "./filesystem-paths";
import { FilesystemQuarantine } from "./filesystem-quarantine";
import { FilesystemReads } from "./filesystem-reads";
import { FilesystemRemovals } from "./filesystem-removals";
import { TimeSlice } from "./time-slice";

/** Registries allow 255 or 256 characters; anything far beyond is a loop of links. */
const LONGEST_NAME = 400;
const SHA256_HEX = /^[0-9a-f]{64}$/;
const SHARD = /^[0-9a-f]{2}$/;

type Reading = { slice: TimeSlice; odd: (kind: OddityKind, path: string, detail: string) => void };

function reading(options: ReadOptions | undefined): Reading {
  options?.signal?.throwIfAborted();
  const report = (oddity: Oddity) => options?.onOddity?.(oddity);
  return { slice: new TimeSlice(options?.signal), odd: (kind, path, detail) => report({ kind, path, detail }) };
}

/** A registry's storage in a directory: Distribution's `filesystem` driver with that `rootdirectory`. */
export class FilesystemStorage implements BlobStorage {
  readonly concurrency = { reads: 1, removals: 4 };
  readonly #reads: FilesystemReads;
  readonly #removals: FilesystemRemovals;
  readonly #quarantine: FilesystemQuarantine;

  constructor(readonly location: string) {
    this.#reads = new FilesystemReads(location);
    this.#removals = new FilesystemRemovals(location);
    this.#quarantine = new FilesystemQuarantine(location, this.#reads, this.#removals);
  }

  /** Listing and stat are cheap enough to be asked again. */
  async snapshot(): Promise<BlobStorage> {
    return this;
  }

  async physicalRelease(): Promise<PhysicalRelease> {
    return { at: new Date(), why: "Files are deleted at once." };
  }

  async listActiveUploads(options?: ReadOptions): Promise<(UploadEntry & { repository: string })[]> {
    const uploads: (UploadEntry & { repository: string })[] = [];
    const { slice } = reading(options);
    for (const repository of await this.listRepositories({ ...options, withUploadsOnly: true })) {
      if (slice.isOver) await slice.pause();
      for (const upload of await this.listUploads(repository, options)) uploads.push({ ...upload, repository });
    }
    return uploads;
  }

  async listRepositories(options?: ReadOptions & { withUploadsOnly?: boolean }): Promise<string[]> {
    const { slice, odd } = reading(options);
    const marks = new Set(["_manifests", "_layers", ...(options?.withUploadsOnly ? ["_uploads"] : [])]);
    const found: string[] = [];
    const pending = [""];
    for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
      if (slice.isOver) await slice.pause();
      const directory = name === "" ? paths.repositories() : paths.repository(name);
      if (name.length > LONGEST_NAME)
        throw new StorageReadError(directory, { cause: new Error("directories nest too deep") });
      const entries = this.#reads.entries(directory) ?? this.#absentRepositories(name, directory);
      let isRepository = false;
      for (const entry of entries) {
        if (marks.has(entry.name)) isRepository = true;
        if (entry.name.startsWith("_")) continue;
        const child = name === "" ? entry.name : `${name}/${entry.name}`;
        if (entry.isDirectory() || (entry.isSymbolicLink() && this.#leadsToDirectory(paths.repository(child))))
          pending.push(child);
        else odd("junk_entry", `${directory}/${entry.name}`, "a file where only repositories are expected");
      }
      if (isRepository) found.push(name);
    }
    return found.sort();
  }

  async listRevisions(repository: string, options?: ReadOptions): Promise<RevisionListing> {
    const { slice, odd } = reading(options);
    const listing: RevisionListing = { revisions: [], emptyDirectories: [] };
    for (const digest of this.#digestsIn(paths.revisions(repository), odd)) {
      if (slice.isOver) await slice.pause();
      const link = `${paths.revision(repository, digest)}/link`;
      const stat = this.#reads.stat(link);
      if (stat === null) listing.emptyDirectories.push(digest);
      else if (stat === "not_a_directory")
        odd("junk_entry", paths.revision(repository, digest), "a file where a directory is expected");
      else {
        // The link's place says its digest, so reading each one would only cost time. Its length tells whether it is whole.
        let isContradictory = false;
        if (stat.size === 0) odd("empty_link", link, "it is empty; its place says its digest");
        else if (stat.size !== digest.length) {
          isContradictory = true;
          odd("bad_link", link, "it does not hold the digest that its place says");
          const said = this.#reads.text(link);
          if (said !== null && isDigest(said)) {
            listing.revisions.push({ digest: said, modifiedAtMs: stat.mtimeMs, isContradictory });
          }
        }
        listing.revisions.push({ digest, modifiedAtMs: stat.mtimeMs, isContradictory });
      }
    }
    return listing;
  }

  async listTags(repository: string, options?: ReadOptions): Promise<TagEntry[]> {
    const { slice, odd } = reading(options);
    const tags: TagEntry[] = [];
    for (const name of this.#reads.names(paths.tags(repository)) ?? []) {
      if (slice.isOver) await slice.pause();
      const link = `${paths.tag(repository, name)}/current/link`;
      const said = this.#reads.text(link);
      if (said === "not_a_directory")
        odd("junk_entry", paths.tag(repository, name), "a file where a tag's directory is expected");
      else if (said === null) tags.push({ name, target: null, isUnclear: false });
      else if (isDigest(said)) tags.push({ name, target: said, isUnclear: false });
      else {
        odd(said === "" ? "empty_link" : "bad_link", link, "it does not say where the tag points");
        tags.push({ name, target: null, isUnclear: true });
      }
    }
    return tags;
  }

  async listTagHistory(repository: string, tag: string, options?: ReadOptions): Promise<string[]> {
    const { odd } = reading(options);
    return this.#digestsIn(paths.tagHistory(repository, tag), odd);
  }

  async listLayerLinks(repository: string, options?: ReadOptions & { withTimes?: boolean }): Promise<LayerLinkListing> {
    const { slice, odd } = reading(options);
    const listing: LayerLinkListing = { links: [], aliases: [] };
    for (const digest of this.#digestsIn(paths.layers(repository), odd)) {
      if (slice.isOver) await slice.pause();
      const link = `${paths.layer(repository, digest)}/link`;
      if (digest.startsWith("sha512:")) {
        const said = this.#reads.text(link);
        if (said !== null && isDigest(said)) listing.aliases.push({ from: digest, to: said });
        else if (said !== null)
          odd(said === "" ? "empty_link" : "bad_link", link, "it does not say which blob it means");
      } else if (options?.withTimes) {
        const stat = this.#reads.stat(link);
        if (stat !== null && stat !== "not_a_directory") listing.links.push({ digest, modifiedAtMs: stat.mtimeMs });
      } else listing.links.push({ digest, modifiedAtMs: null });
    }
    return listing;
  }

  async listUploads(repository: string, options?: ReadOptions): Promise<UploadEntry[]> {
    const { slice } = reading(options);
    const uploads: UploadEntry[] = [];
    for (const id of this.#reads.names(paths.uploads(repository)) ?? []) {
      if (slice.isOver) await slice.pause();
      const directory = paths.upload(repository, id);
      const times = [directory, `${directory}/data`, `${directory}/startedat`].map((file) => this.#reads.stat(file));
      const known = times.flatMap((stat) => (stat === null || stat === "not_a_directory" ? [] : [stat.mtimeMs]));
      if (known.length > 0) uploads.push({ id, lastActivityAtMs: Math.max(...known) });
    }
    return uploads;
  }

  async listTagNames(repository: string): Promise<string[]> {
    return this.#reads.names(paths.tags(repository)) ?? [];
  }

  async readTag(repository: string, tag: string): Promise<TagEntry | null> {
    const said = this.#reads.text(`${paths.tag(repository, tag)}/current/link`);
    if (said === null || said === "not_a_directory") return null;
    return isDigest(said)
      ? { name: tag, target: said, isUnclear: false }
      : { name: tag, target: null, isUnclear: true };
  }

  async hasRevision(repository: string, digest: string): Promise<boolean> {
    return this.#reads.text(`${paths.revision(repository, digest)}/link`) === digest;
  }

  async hasLayerLink(repository: string, digest: string): Promise<boolean> {
    return this.#reads.text(`${paths.layer(repository, digest)}/link`) === digest;
  }

  async listBlobShards(options?: ReadOptions): Promise<string[]> {
    const { odd } = reading(options);
    for (const name of this.#reads.names(paths.blobs()) ?? []) {
      if (name !== "sha256") odd("junk_entry", `${paths.blobs()}/${name}`, "blobs are kept under sha256 only");
    }
    const shards: string[] = [];
    for (const name of this.#reads.names(`${paths.blobs()}/sha256`) ?? []) {
      if (SHARD.test(name)) shards.push(name);
      else odd("junk_entry", `${paths.blobs()}/sha256/${name}`, "not a shard of the blob store");
    }
    return shards.sort();
  }

  async listBlobs(shard: string, options?: ReadOptions): Promise<string[]> {
    const { odd } = reading(options);
    const directory = `${paths.blobs()}/sha256/${shard}`;
    return this.#reads.namesOfRequired(directory).filter((name) => {
      const isBlob = SHA256_HEX.test(name) && name.startsWith(shard);
      if (!isBlob) odd("junk_entry", `${directory}/${name}`, "not a blob's directory");
      return isBlob;
    });
  }

  async statBlob(digest: string): Promise<{ sizeBytes: number; modifiedAtMs: number } | null> {
    const stat = this.#reads.stat(`${paths.blob(digest)}/data`);
    return stat === null || stat === "not_a_directory" ? null : { sizeBytes: stat.size, modifiedAtMs: stat.mtimeMs };
  }

  async readBlob(digest: string, limits: { maxBytes: number }): Promise<BlobBody> {
    const file = `${paths.blob(digest)}/data`;
    const stat = this.#reads.stat(file);
    if (stat === null || stat === "not_a_directory") return { state: "missing" };
    if (stat.size > limits.maxBytes) return { state: "too_large", sizeBytes: stat.size };
    const body = this.#reads.bytes(file);
    return body === null ? { state: "missing" } : { state: "read", body };
  }

  async deleteBlob(digest: string): Promise<boolean> {
    return this.#removals.fileAndDirectory(paths.blob(digest), "data");
  }

  async deleteRevision(repository: string, digest: string, options?: DeleteOptions): Promise<boolean> {
    return this.#removals.fileAndDirectory(paths.revision(repository, digest), "link", options);
  }

  async deleteTagHistoryEntry(
    repository: string,
    tag: string,
    digest: string,
    options?: DeleteOptions,
  ): Promise<boolean> {
    return this.#removals.fileAndDirectory(paths.tagHistoryEntry(repository, tag, digest), "link", options);
  }

  async deleteLayerLink(repository: string, digest: string, options?: DeleteOptions): Promise<boolean> {
    return this.#removals.fileAndDirectory(paths.layer(repository, digest), "link", options);
  }

  deleteUpload(repository: string, id: string): Promise<boolean> {
    return this.#removals.tree(paths.upload(repository, id));
  }

  async removeEmptyRevision(repository: string, digest: string): Promise<boolean> {
    return this.#removals.directoryIfEmpty(paths.revision(repository, digest));
  }

  async removeEmptyBlob(digest: string): Promise<boolean> {
    return this.#removals.directoryIfEmpty(paths.blob(digest));
  }

  async removeRepositoryIfEmpty(repository: string): Promise<boolean> {
    const inside = [paths.tags(repository), paths.uploads(repository)];
    for (const parent of [paths.revisions(repository), paths.layers(repository)]) {
      for (const name of this.#reads.names(parent) ?? []) inside.push(`${parent}/${name}`);
    }
    const isEmpty = inside.every((directory) => (this.#reads.names(directory) ?? []).length === 0);
    if (!isEmpty) return false;
    const manifests = `${paths.repository(repository)}/_manifests`;
    for (const directory of [...inside, paths.revisions(repository), manifests, paths.layers(repository)]) {
      this.#removals.directoryIfEmpty(directory);
    }
    const components = repository.split("/");
    for (let length = components.length; length > 0; length--) {
      if (!this.#removals.directoryIfEmpty(paths.repository(components.slice(0, length).join("/")))) break;
    }
    return this.#reads.names(manifests) === null && this.#reads.names(paths.layers(repository)) === null;
  }

  async quarantineBlob(runId: string, digest: string): Promise<boolean> {
    return this.#quarantine.quarantine(runId, digest);
  }

  async releaseBlob(runId: string, digest: string): Promise<"returned" | "dropped" | "missing"> {
    return this.#quarantine.release(runId, digest);
  }

  async readQuarantinedBlob(runId: string, digest: string, limits: { maxBytes: number }): Promise<BlobBody> {
    return this.#quarantine.read(runId, digest, limits.maxBytes);
  }

  async purgeQuarantinedBlob(runId: string, digest: string): Promise<boolean> {
    return this.#quarantine.purge(runId, digest);
  }

  async listQuarantines(options?: ReadOptions): Promise<string[]> {
    options?.signal?.throwIfAborted();
    return this.#quarantine.runs();
  }

  listQuarantinedBlobs(runId: string, options?: ReadOptions): Promise<{ digest: string; sizeBytes: number }[]> {
    return this.#quarantine.list(runId, options);
  }

  async restoreRevision(repository: string, digest: string): Promise<void> {
    this.#quarantine.restoreRevision(repository, digest);
  }

  async restoreTagHistoryEntry(repository: string, tag: string, digest: string): Promise<void> {
    this.#quarantine.restoreTagHistoryEntry(repository, tag, digest);
  }

  async restoreLayerLink(repository: string, digest: string): Promise<void> {
    this.#quarantine.restoreLayerLink(repository, digest);
  }

  async revisionWrittenAt(repository: string, digest: string): Promise<number | null> {
    const stat = this.#reads.stat(`${paths.revision(repository, digest)}/link`);
    return stat === null || stat === "not_a_directory" ? null : stat.mtimeMs;
  }

  /** A new registry has no repositories yet; one with blobs but without them is half a disk, and all its blobs would look unused. */
  #absentRepositories(name: string, directory: string): never[] {
    if (name === "" && this.#reads.names(paths.blobs()) === null) return [];
    throw new StorageReadError(directory, { cause: new Error("it does not exist") });
  }

  #leadsToDirectory(relative: string): boolean {
    const stat = this.#reads.stat(relative);
    return stat !== null && stat !== "not_a_directory" && stat.isDirectory();
  }

  /** The digests that a directory of `<algorithm>/<hex>` names, without looking into them. */
  #digestsIn(directory: string, odd: Reading["odd"]): string[] {
    const digests: string[] = [];
    for (const algorithm of this.#reads.names(directory) ?? []) {
      if (algorithm !== "sha256" && algorithm !== "sha512") {
        odd(
          algorithm.endsWith(".tmp") ? "temporary_file" : "junk_entry",
          `${directory}/${algorithm}`,
          "not an algorithm",
        );
        continue;
      }
      for (const hex of this.#reads.names(`${directory}/${algorithm}`) ?? []) {
        const digest = `${algorithm}:${hex}`;
        if (isDigest(digest)) digests.push(digest);
        else
          odd(
            hex.endsWith(".tmp") ? "temporary_file" : "junk_entry",
            `${directory}/${algorithm}/${hex}`,
            "not a digest",
          );
      }
    }
    return digests;
  }
}
