import { forEachLimited } from "@/server/platform/registry/for-each-limited";
import type { UploadEntry } from "./blob-storage";
import type { S3Bucket, S3Upload } from "./s3-bucket";
import { REPOSITORIES, RepositoryListing, type S3Index } from "./s3-index";

const LISTINGS = 16;

/** Uploads whose data is under way, of all repositories, with the time of their latest part. */
export async function activeUploads(
  bucket: S3Bucket,
  signal: AbortSignal | undefined,
): Promise<(UploadEntry & { repository: string })[]> {
  const found: (UploadEntry & { repository: string })[] = [];
  await forEachLimited(
    await bucket.openUploads(REPOSITORIES, signal),
    LISTINGS,
    async (upload) => {
      const place = uploadPlace(upload);
      const at = place === null ? null : await bucket.lastPartAt(upload, signal);
      if (place !== null && at !== null) found.push({ ...place, lastActivityAtMs: at });
    },
    signal,
  );
  return found;
}

function uploadPlace({ key }: S3Upload): { repository: string; id: string } | null {
  const [, repository, id] = /^docker\/registry\/v2\/repositories\/(.+?)\/_uploads\/([^/]+)\//.exec(key) ?? [];
  return repository === undefined || id === undefined ? null : { repository, id };
}

/** Adds those that are open to a repository's uploads. */
export function addOpen(listing: RepositoryListing, uploads: readonly S3Upload[]): void {
  for (const upload of uploads) {
    const place = uploadPlace(upload);
    if (place !== null) listing.uploads.set(place.id, Math.max(listing.uploads.get(place.id) ?? 0, upload.startedAtMs));
  }
}

/** Adds multipart uploads that are open to what a walk found. */
export function addUploads(index: S3Index, uploads: readonly S3Upload[]): void {
  for (const upload of uploads) {
    const place = uploadPlace(upload);
    if (place === null) continue;
    let listing = index.repositories.get(place.repository);
    if (listing === undefined) {
      listing = new RepositoryListing();
      index.repositories.set(place.repository, listing);
    }
    addOpen(listing, [upload]);
  }
}
