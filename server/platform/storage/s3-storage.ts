import { randomUUID } from "node:crypto";
import type { Oddity } from "@/domain/gc/oddity";
import { isDigest } from "@/domain/images/digest";
import { forEachLimited } from "@/server/platform/registry/for-each-limited";
import type {
  BlobBody,
  BlobStorage,
  LayerLinkListing,
  PhysicalRelease,
  ReadOptions,
  RevisionListing,
  TagEntry,
  UploadEntry,
} from "./blob-storage";
import { StorageReadError, StorageWriteError } from "./blob-storage";
import { paths } from "./filesystem-paths";
import { layerLinksOf, revisionsOf, tagHistoryOf, tagsOf, uploadsOf } from "./s3-answers";
import { S3Bucket, type S3BucketOptions } from "./s3-bucket";
import { s3Failure } from "./s3-failure";
import { BLOBS, REPOSITORIES, RepositoryListing, S3Index } from "./s3-index";
import { S3Quarantine } from "./s3-quarantine";
import { physicalRelease } from "./s3-release";
import { S3Removals } from "./s3-removals";
import { S3Snapshot } from "./s3-snapshot";
import { activeUploads, addOpen, addUploads } from "./s3-uploads";
import { walkBucket } from "./s3-walk";

const V2 = "docker/registry/v2/";
const LINK_BYTES_MAX = 1_000;
const LISTINGS = 16;

/**
 * A registry's storage in a bucket: Distribution's `s3` driver with that `rootdirectory`. Each call is a request or more; a pass over
 * everything opens a `snapshot`. There are no directories, so nothing is ever left empty. A removal tells that something is gone, not
 * that it was there: the store does not say.
 */
export class S3Storage implements BlobStorage {
  readonly concurrency = { reads: 32, removals: 1_000 };
  readonly location: string;
  readonly #bucket: S3Bucket;
  readonly #removals: S3Removals;
  readonly #quarantine: S3Quarantine;

  constructor(options: S3BucketOptions) {
    this.#bucket = new S3Bucket(options);
    this.location = this.#bucket.address;
    this.#removals = new S3Removals(this.#bucket);
    this.#quarantine = new S3Quarantine(this.#bucket, this.#removals);
  }

  close(): void {
    this.#bucket.close();
  }

  async snapshot(options?: ReadOptions & { onBlobs?: (count: number) => void }): Promise<BlobStorage> {
    options?.signal?.throwIfAborted();
    const index = await walkBucket(this.#bucket, options?.signal, options?.onBlobs);
    if (index.blobCount > 0 && index.repositories.size === 0) throw noRepositories();
    addUploads(index, await this.#bucket.openUploads(REPOSITORIES, options?.signal));
    return new S3Snapshot(this, index, this.#readLink);
  }

  /**
   * Whether this access key may do what a collection needs: an object of its own is written, copied and deleted again, where the
   * registry never looks. Answers why not; null where it may.
   */
  async whyNotWritable(): Promise<string | null> {
    const key = `${paths.quarantines()}/.probe/${randomUUID()}`;
    try {
      await this.#bucket.write(key, "probe");
      if (!(await this.#bucket.copy(key, `${key}.copy`, 5))) return "what was written is not there";
      await Promise.all([this.#removals.remove(key), this.#removals.remove(`${key}.copy`)]);
      return null;
    } catch (error) {
      return error instanceof StorageWriteError && error.cause instanceof Error
        ? error.cause.message
        : s3Failure(error).text;
    }
  }

  /** Why the bucket cannot be read, with what to do about it; null where it can. */
  async whyNotReadable(): Promise<{ text: string; advice: string | null } | null> {
    try {
      await this.#bucket.children(V2);
      return null;
    } catch (error) {
      return s3Failure(error instanceof StorageReadError && error.cause instanceof Error ? error.cause.cause : error);
    }
  }

  /** Whether there is anything of a registry in it. */
  async holdsRegistry(): Promise<boolean> {
    const { folders } = await this.#bucket.children(V2);
    return folders.includes("repositories");
  }

  physicalRelease(): Promise<PhysicalRelease> {
    return physicalRelease(this.#bucket, new Date());
  }

  async listRepositories(options?: ReadOptions & { withUploadsOnly?: boolean }): Promise<string[]> {
    const found: string[] = [];
    let names = [""];
    // Level by level, because a name may go on below any other.
    while (names.length > 0) {
      const below: string[] = [];
      await forEachLimited(
        names,
        LISTINGS,
        async (name) => {
          const prefix = name === "" ? REPOSITORIES : `${REPOSITORIES}${name}/`;
          const { folders, objects } = await this.#bucket.children(prefix, options?.signal);
          const marks = ["_manifests", "_layers", ...(options?.withUploadsOnly ? ["_uploads"] : [])];
          if (name !== "" && folders.some((folder) => marks.includes(folder))) found.push(name);
          for (const folder of folders)
            if (!folder.startsWith("_")) below.push(name === "" ? folder : `${name}/${folder}`);
          for (const object of objects) {
            const oddity: Oddity = {
              ...{ kind: "junk_entry", path: `${prefix}${object}` },
              detail: "a file where only repositories are expected",
            };
            options?.onOddity?.(oddity);
          }
        },
        options?.signal,
      );
      names = below;
    }
    if (found.length === 0 && (await this.listBlobShards(options)).length > 0) throw noRepositories();
    return found.sort();
  }

  async listRevisions(repository: string, options?: ReadOptions): Promise<RevisionListing> {
    const listing = await this.#list(repository, paths.revisions(repository), options);
    return revisionsOf(repository, listing, this.#readLink, options);
  }

  async listTags(repository: string, options?: ReadOptions): Promise<TagEntry[]> {
    return tagsOf(repository, await this.#list(repository, paths.tags(repository), options), this.#readLink, options);
  }

  async listTagHistory(repository: string, tag: string, options?: ReadOptions): Promise<string[]> {
    return tagHistoryOf(await this.#list(repository, paths.tagHistory(repository, tag), options), tag);
  }

  async listLayerLinks(repository: string, options?: ReadOptions & { withTimes?: boolean }): Promise<LayerLinkListing> {
    const listing = await this.#list(repository, paths.layers(repository), options);
    return layerLinksOf(repository, listing, this.#readLink, options);
  }

  async listUploads(repository: string, options?: ReadOptions): Promise<UploadEntry[]> {
    const prefix = paths.uploads(repository);
    const listing = await this.#list(repository, prefix, options);
    addOpen(listing, await this.#bucket.openUploads(`${prefix}/`, options?.signal));
    return uploadsOf(listing);
  }

  /**
   * Uploads whose data is under way are open multipart uploads, which one question finds in all repositories. Their data shows in parts
   * of ten megabytes and more, so that a slow one may look quiet.
   */
  async listActiveUploads(options?: ReadOptions): Promise<(UploadEntry & { repository: string })[]> {
    return activeUploads(this.#bucket, options?.signal);
  }

  async listTagNames(repository: string): Promise<string[]> {
    return (await this.#bucket.children(`${paths.tags(repository)}/`)).folders;
  }

  async readTag(repository: string, tag: string): Promise<TagEntry | null> {
    const said = await this.#readLink(`${paths.tag(repository, tag)}/current/link`);
    if (said === null) return null;
    return isDigest(said)
      ? { name: tag, target: said, isUnclear: false }
      : { name: tag, target: null, isUnclear: true };
  }

  async hasRevision(repository: string, digest: string): Promise<boolean> {
    return (await this.#readLink(`${paths.revision(repository, digest)}/link`)) === digest;
  }

  async hasLayerLink(repository: string, digest: string): Promise<boolean> {
    return (await this.#readLink(`${paths.layer(repository, digest)}/link`)) === digest;
  }

  async listBlobShards(options?: ReadOptions): Promise<string[]> {
    const { folders } = await this.#bucket.children(`${BLOBS}sha256/`, options?.signal);
    return folders.filter((name) => /^[0-9a-f]{2}$/.test(name)).sort();
  }

  async listBlobs(shard: string, options?: ReadOptions): Promise<string[]> {
    const index = await this.#index(`${BLOBS}sha256/${shard}/`, options);
    for (const oddity of index.blobOddities) options?.onOddity?.(oddity);
    const blobs = index.blobs.get(shard);
    return Array.from({ length: blobs?.length ?? 0 }, (_, at) => blobs?.hexAt(at) ?? "");
  }

  async statBlob(digest: string): Promise<{ sizeBytes: number; modifiedAtMs: number } | null> {
    const stat = await this.#bucket.stat(`${paths.blob(digest)}/data`);
    return stat === null ? null : { sizeBytes: stat.sizeBytes, modifiedAtMs: stat.modifiedAtMs };
  }

  readBlob(digest: string, { maxBytes }: { maxBytes: number }): Promise<BlobBody> {
    return this.#readBody(`${paths.blob(digest)}/data`, maxBytes);
  }

  deleteBlob(digest: string): Promise<boolean> {
    return this.#remove(`${paths.blob(digest)}/data`);
  }

  deleteRevision(repository: string, digest: string): Promise<boolean> {
    return this.#remove(`${paths.revision(repository, digest)}/link`);
  }

  deleteTagHistoryEntry(repository: string, tag: string, digest: string): Promise<boolean> {
    return this.#remove(`${paths.tagHistoryEntry(repository, tag, digest)}/link`);
  }

  deleteLayerLink(repository: string, digest: string): Promise<boolean> {
    return this.#remove(`${paths.layer(repository, digest)}/link`);
  }

  /** Its objects, and the multipart upload that holds its data: nobody else ever frees those. */
  async deleteUpload(repository: string, id: string): Promise<boolean> {
    const prefix = `${paths.upload(repository, id)}/`;
    let isFound = false;
    for (const upload of await this.#bucket.openUploads(prefix))
      if (await this.#write(prefix, () => this.#bucket.abortUpload(upload))) isFound = true;
    for await (const page of this.#bucket.pages(prefix)) {
      if (page.length > 0) isFound = true;
      await Promise.all(page.map(({ key }) => this.#removals.remove(key)));
    }
    return isFound;
  }

  async removeEmptyRevision(): Promise<boolean> {
    return false;
  }

  async removeEmptyBlob(): Promise<boolean> {
    return false;
  }

  async removeRepositoryIfEmpty(): Promise<boolean> {
    return false;
  }

  quarantineBlob(runId: string, digest: string): Promise<boolean> {
    return this.#quarantine.quarantine(runId, digest);
  }

  releaseBlob(runId: string, digest: string): Promise<"returned" | "dropped" | "missing"> {
    return this.#quarantine.release(runId, digest);
  }

  readQuarantinedBlob(runId: string, digest: string, { maxBytes }: { maxBytes: number }): Promise<BlobBody> {
    return this.#readBody(`${paths.quarantinedBlob(runId, digest)}/data`, maxBytes);
  }

  purgeQuarantinedBlob(runId: string, digest: string): Promise<boolean> {
    return this.#remove(`${paths.quarantinedBlob(runId, digest)}/data`);
  }

  listQuarantines(options?: ReadOptions): Promise<string[]> {
    return this.#quarantine.list(options);
  }

  listQuarantinedBlobs(runId: string, options?: ReadOptions): Promise<{ digest: string; sizeBytes: number }[]> {
    return this.#quarantine.blobsOf(runId, options);
  }

  async restoreRevision(repository: string, digest: string): Promise<void> {
    const key = `${paths.revision(repository, digest)}/link`;
    await this.#write(key, () => this.#bucket.write(key, digest), "write");
  }

  async restoreTagHistoryEntry(repository: string, tag: string, digest: string): Promise<void> {
    if ((await this.#bucket.stat(`${paths.tag(repository, tag)}/current/link`)) === null) return;
    const key = `${paths.tagHistoryEntry(repository, tag, digest)}/link`;
    await this.#write(key, () => this.#bucket.write(key, digest), "write");
  }

  async restoreLayerLink(repository: string, digest: string): Promise<void> {
    const key = `${paths.layer(repository, digest)}/link`;
    await this.#write(key, () => this.#bucket.write(key, digest), "write");
  }

  async revisionWrittenAt(repository: string, digest: string): Promise<number | null> {
    return (await this.#bucket.stat(`${paths.revision(repository, digest)}/link`))?.modifiedAtMs ?? null;
  }

  readonly #readLink = async (key: string): Promise<string | null> => {
    const found = await this.#bucket.read(key, LINK_BYTES_MAX);
    if (found === null) return null;
    return typeof found === "number" ? "(too long)" : Buffer.from(found).toString("latin1");
  };

  async #readBody(key: string, maxBytes: number): Promise<BlobBody> {
    const found = await this.#bucket.read(key, maxBytes);
    if (found === null) return { state: "missing" };
    return typeof found === "number" ? { state: "too_large", sizeBytes: found } : { state: "read", body: found };
  }

  async #list(repository: string, prefix: string, options?: ReadOptions): Promise<RepositoryListing> {
    const index = await this.#index(`${prefix}/`, options);
    for (const oddity of index.repositoryOddities) options?.onOddity?.(oddity);
    return index.repositories.get(repository) ?? new RepositoryListing();
  }

  async #index(prefix: string, options?: ReadOptions): Promise<S3Index> {
    const index = new S3Index();
    for await (const page of this.#bucket.pages(prefix, { signal: options?.signal }))
      for (const object of page) index.add(object);
    return index;
  }

  async #remove(key: string): Promise<boolean> {
    await this.#removals.remove(key);
    return true;
  }

  async #write<T>(path: string, work: () => Promise<T>, verb: "remove" | "write" = "remove"): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw new StorageWriteError(path, { cause: new Error(s3Failure(error).text, { cause: error }), verb });
    }
  }
}

/** Blobs without repositories are half a registry: all of them would look unused. */
function noRepositories(): StorageReadError {
  const cause = new Error("there are blobs, but no repositories");
  return new StorageReadError(REPOSITORIES.slice(0, -1), { cause });
}
