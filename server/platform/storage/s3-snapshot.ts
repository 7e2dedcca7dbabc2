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
import { layerLinksOf, type ReadLink, revisionsOf, tagHistoryOf, tagsOf, uploadsOf } from "./s3-answers";
import { RepositoryListing, type S3Index } from "./s3-index";

/** A bucket as one walk over it found it; contents, and what changes something, are of the bucket itself. */
export class S3Snapshot implements BlobStorage {
  readonly location: string;
  readonly concurrency: BlobStorage["concurrency"];
  /** Links that had to be read are read once a view. */
  readonly #links = new Map<string, string | null>();
  readonly #readLink: ReadLink;

  constructor(
    private readonly storage: BlobStorage,
    private readonly index: S3Index,
    readLink: ReadLink,
  ) {
    this.location = storage.location;
    this.concurrency = storage.concurrency;
    this.#readLink = async (key) => {
      const known = this.#links.get(key);
      if (known !== undefined) return known;
      const said = await readLink(key);
      this.#links.set(key, said);
      return said;
    };
  }

  async snapshot(): Promise<BlobStorage> {
    return this;
  }

  async listRepositories(options?: ReadOptions & { withUploadsOnly?: boolean }): Promise<string[]> {
    options?.signal?.throwIfAborted();
    for (const oddity of this.index.repositoryOddities) options?.onOddity?.(oddity);
    const names: string[] = [];
    for (const [name, listing] of this.index.repositories) {
      if (listing.hasManifests || listing.hasLayers || (options?.withUploadsOnly && listing.uploads.size > 0))
        names.push(name);
    }
    return names.sort();
  }

  listRevisions(repository: string, options?: ReadOptions): Promise<RevisionListing> {
    return revisionsOf(repository, this.#listing(repository), this.#readLink, options);
  }

  listTags(repository: string, options?: ReadOptions): Promise<TagEntry[]> {
    return tagsOf(repository, this.#listing(repository), this.#readLink, options);
  }

  async listTagHistory(repository: string, tag: string): Promise<string[]> {
    return tagHistoryOf(this.#listing(repository), tag);
  }

  listLayerLinks(repository: string, options?: ReadOptions & { withTimes?: boolean }): Promise<LayerLinkListing> {
    return layerLinksOf(repository, this.#listing(repository), this.#readLink, options);
  }

  async listUploads(repository: string): Promise<UploadEntry[]> {
    return uploadsOf(this.#listing(repository));
  }

  async listTagNames(repository: string): Promise<string[]> {
    return this.#listing(repository).tags.map(({ name }) => name);
  }

  async listBlobShards(options?: ReadOptions): Promise<string[]> {
    options?.signal?.throwIfAborted();
    for (const oddity of this.index.blobOddities) options?.onOddity?.(oddity);
    return [...this.index.blobs.keys()].sort();
  }

  async listBlobs(shard: string): Promise<string[]> {
    const blobs = this.index.blobs.get(shard);
    return Array.from({ length: blobs?.length ?? 0 }, (_, at) => blobs?.hexAt(at) ?? "");
  }

  async statBlob(digest: string): Promise<{ sizeBytes: number; modifiedAtMs: number } | null> {
    const hex = digest.slice("sha256:".length);
    const blobs = digest.startsWith("sha256:") ? this.index.blobs.get(hex.slice(0, 2)) : undefined;
    const at = blobs?.find(hex) ?? -1;
    return blobs === undefined || at < 0 ? null : { sizeBytes: blobs.sizeAt(at), modifiedAtMs: blobs.timeAt(at) };
  }

  #listing(repository: string): RepositoryListing {
    return this.index.repositories.get(repository) ?? new RepositoryListing();
  }

  listActiveUploads(options?: ReadOptions) {
    return this.storage.listActiveUploads(options);
  }
  physicalRelease(): Promise<PhysicalRelease> {
    return this.storage.physicalRelease();
  }
  readTag(repository: string, tag: string) {
    return this.storage.readTag(repository, tag);
  }
  hasRevision(repository: string, digest: string) {
    return this.storage.hasRevision(repository, digest);
  }
  hasLayerLink(repository: string, digest: string) {
    return this.storage.hasLayerLink(repository, digest);
  }
  readBlob(digest: string, limits: { maxBytes: number }): Promise<BlobBody> {
    return this.storage.readBlob(digest, limits);
  }
  deleteBlob(digest: string) {
    return this.storage.deleteBlob(digest);
  }
  deleteRevision(repository: string, digest: string) {
    return this.storage.deleteRevision(repository, digest);
  }
  deleteTagHistoryEntry(repository: string, tag: string, digest: string) {
    return this.storage.deleteTagHistoryEntry(repository, tag, digest);
  }
  deleteLayerLink(repository: string, digest: string) {
    return this.storage.deleteLayerLink(repository, digest);
  }
  deleteUpload(repository: string, id: string) {
    return this.storage.deleteUpload(repository, id);
  }
  removeEmptyRevision(repository: string, digest: string) {
    return this.storage.removeEmptyRevision(repository, digest);
  }
  removeEmptyBlob(digest: string) {
    return this.storage.removeEmptyBlob(digest);
  }
  removeRepositoryIfEmpty(repository: string) {
    return this.storage.removeRepositoryIfEmpty(repository);
  }
  quarantineBlob(runId: string, digest: string) {
    return this.storage.quarantineBlob(runId, digest);
  }
  releaseBlob(runId: string, digest: string) {
    return this.storage.releaseBlob(runId, digest);
  }
  readQuarantinedBlob(runId: string, digest: string, limits: { maxBytes: number }) {
    return this.storage.readQuarantinedBlob(runId, digest, limits);
  }
  purgeQuarantinedBlob(runId: string, digest: string) {
    return this.storage.purgeQuarantinedBlob(runId, digest);
  }
  listQuarantines(options?: ReadOptions) {
    return this.storage.listQuarantines(options);
  }
  listQuarantinedBlobs(runId: string, options?: ReadOptions) {
    return this.storage.listQuarantinedBlobs(runId, options);
  }
  restoreRevision(repository: string, digest: string) {
    return this.storage.restoreRevision(repository, digest);
  }
  restoreTagHistoryEntry(repository: string, tag: string, digest: string) {
    return this.storage.restoreTagHistoryEntry(repository, tag, digest);
  }
  restoreLayerLink(repository: string, digest: string) {
    return this.storage.restoreLayerLink(repository, digest);
  }
  revisionWrittenAt(repository: string, digest: string) {
    return this.storage.revisionWrittenAt(repository, digest);
  }
}
