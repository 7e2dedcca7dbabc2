import { MEDIA_TYPES } from "@/domain/images/parse-manifest";
import { hasDigest } from "@/server/platform/crypto/has-digest";
import { log } from "@/server/platform/log";
import { blobsOfManifests } from "@/server/platform/registry/manifest-blobs";
import type { MissingContent, RawManifest, RegistryAdapter } from "@/server/platform/registry/registry-adapter";
import { type BlobStorage, StorageReadError } from "@/server/platform/storage/blob-storage";

/**
 * How moves look at a registry. Where its storage can be read that is asked, which takes microseconds where a request takes
 * milliseconds of the registry's processor; what it does not have, or leaves in doubt, the API is asked for.
 */
export interface RegistrySight {
  /** Whether the targets of all tags can be read each time. Else each is a request. */
  readonly isCheap: boolean;
  listTagNames(repository: string, signal?: AbortSignal): Promise<string[]>;
  /** What a tag points at; null where there is no such tag. */
  tagTarget(repository: string, tag: string): Promise<string | null>;
  hasManifest(repository: string, digest: string): Promise<boolean>;
  /** Digests of all manifests of a repository, untagged ones too; null where nobody tells them: the API does not. */
  listManifests(repository: string, signal?: AbortSignal): Promise<readonly string[] | null>;
  /** Whether it costs no request to see that a manifest is there (again). False says nothing. */
  seesManifest(repository: string, digest: string): Promise<boolean>;
  /** By tag or digest, its bytes checked; null where there is nothing. */
  readManifest(repository: string, reference: string, signal?: AbortSignal): Promise<RawManifest | null>;
  /** What a repository lacks of images; see `RegistryAdapter.verify`. */
  missingOf(repository: string, manifests: readonly RawManifest[], signal?: AbortSignal): Promise<MissingContent[]>;
}

const BLOBS_READ_WITHIN_MS = 60_000;
const MANIFEST_BYTES_MAX = 8 * 1024 * 1024;
const TYPES: ReadonlySet<string> = new Set(Object.values(MEDIA_TYPES));

/** `storage` null = over the API alone. */
export function createRegistrySight(adapter: RegistryAdapter, storage: BlobStorage | null): RegistrySight {
  const overApi: RegistrySight = {
    isCheap: false,
    listTagNames: (repository, signal) => adapter.listTags(repository, signal),
    tagTarget: async (repository, tag) => (await adapter.resolve(repository, tag))?.digest ?? null,
    hasManifest: async (repository, digest) => (await adapter.resolve(repository, digest)) !== null,
    listManifests: async () => null,
    seesManifest: async () => false,
    readManifest: (repository, reference, signal) => adapter.getManifest(repository, reference, signal),
    missingOf: (repository, manifests, signal) =>
      adapter.verify({
        ...{ repository, manifests, ...(signal === undefined ? {} : { signal }) },
        // Without its storage we collect nothing there, so that what was read stays.
        blobsReadWithinMs: storage === null ? BLOBS_READ_WITHIN_MS : 0,
      }),
  };
  if (storage === null) return overApi;
  return {
    // Of a bucket each tag is a request, as over the API.
    isCheap: storage.concurrency.reads === 1,
    listTagNames: (repository, signal) =>
      orElse(
        async () => {
          const names = await storage.listTagNames(repository);
          // No tags at all: it may be that the storage is not there any more.
          return names.length > 0 ? names.sort() : undefined;
        },
        () => overApi.listTagNames(repository, signal),
      ),
    tagTarget: (repository, tag) =>
      orElse(
        async () => (await storage.readTag(repository, tag))?.target ?? undefined,
        () => overApi.tagTarget(repository, tag),
      ),
    hasManifest: (repository, digest) =>
      orElse(
        async () => (await storage.hasRevision(repository, digest)) || undefined,
        () => overApi.hasManifest(repository, digest),
      ),
    listManifests: (repository, signal) =>
      orElse(
        async () => (await storage.listRevisions(repository, { signal })).revisions.map(({ digest }) => digest),
        () => overApi.listManifests(repository, signal),
      ),
    seesManifest: (repository, digest) =>
      orElse(
        () => storage.hasRevision(repository, digest),
        () => overApi.seesManifest(repository, digest),
      ),
    readManifest: (repository, reference, signal) =>
      orElse(
        () => readStored(storage, repository, reference),
        () => overApi.readManifest(repository, reference, signal),
      ),
    missingOf: (repository, manifests, signal) =>
      orElse(
        async () => ((await isWholeInStorage(storage, repository, manifests)) ? [] : undefined),
        () => overApi.missingOf(repository, manifests, signal),
      ),
  };
}

/** `undefined` from `first`, and storage that cannot be read, are doubts. */
async function orElse<T>(first: () => Promise<T | undefined>, second: () => Promise<T>): Promise<T> {
  try {
    const found = await first();
    if (found !== undefined) return found;
  } catch (error) {
    if (!(error instanceof StorageReadError)) throw error;
    log.warn({ error }, "the storage of a registry cannot be read");
  }
  return second();
}

async function readStored(
  storage: BlobStorage,
  repository: string,
  reference: string,
): Promise<RawManifest | undefined> {
  const digest = reference.startsWith("sha256:") ? reference : (await storage.readTag(repository, reference))?.target;
  if (digest === undefined || digest === null || !digest.startsWith("sha256:")) return undefined;
  if (!(await storage.hasRevision(repository, digest))) return undefined;
  const blob = await storage.readBlob(digest, { maxBytes: MANIFEST_BYTES_MAX });
  if (blob.state !== "read" || !hasDigest(blob.body, digest)) return undefined;
  const body = Buffer.from(blob.body);
  // A body that does not say its type: the registry knows what it was pushed as.
  const mediaType = mediaTypeOf(body);
  return mediaType === null ? undefined : { digest, mediaType, body };
}

function mediaTypeOf(body: Buffer): string | null {
  try {
    const { mediaType } = JSON.parse(body.toString("utf8")) as { mediaType?: unknown };
    return typeof mediaType === "string" && TYPES.has(mediaType) ? mediaType : null;
  } catch {
    return null;
  }
}

/** Every manifest with its bytes, and every blob of theirs with its size, linked in the repository. */
async function isWholeInStorage(
  storage: BlobStorage,
  repository: string,
  manifests: readonly RawManifest[],
): Promise<boolean> {
  for (const { digest } of manifests) {
    if (!(await storage.hasRevision(repository, digest))) return false;
    const blob = await storage.readBlob(digest, { maxBytes: MANIFEST_BYTES_MAX });
    if (blob.state !== "read" || !hasDigest(blob.body, digest)) return false;
  }
  for (const { digest, sizeBytes, isOptional } of blobsOfManifests(manifests)) {
    if (isOptional) continue;
    // Under another algorithm the registry keeps them in another place.
    if (!digest.startsWith("sha256:") || !(await storage.hasLayerLink(repository, digest))) return false;
    const stat = await storage.statBlob(digest);
    if (stat === null || (sizeBytes !== null && stat.sizeBytes !== sizeBytes)) return false;
  }
  return true;
}
