import { hasDigest } from "@/server/platform/crypto/has-digest";
import type { BlobStorage } from "@/server/platform/storage/blob-storage";
import { TimeSlice } from "@/server/platform/storage/time-slice";
import { findKnownDigests, type ManifestRow } from "./inventory.store";
import { keepFoundManifests } from "./keep-found-manifests";
import { manifestRow, unreadableRow } from "./manifest-row";
import type { ReadRequest, RepositoryReading } from "./repository-reading";

const MANIFEST_BYTES_MAX = 8 * 1024 * 1024;
const ROWS_PER_WRITE = 150;
const BYTES_PER_WRITE = 4 * 1024 * 1024;
const DIGESTS_PER_QUESTION = 20_000;

/** Lists a repository's links, and reads the manifests that nobody has read before. */
export async function readFromStorage(storage: BlobStorage, request: ReadRequest): Promise<RepositoryReading> {
  const { registryId, name, known, signal } = request;
  // Tags first: an image that is pushed meanwhile is then missing or whole, and never a tag without its digest.
  const entries = await storage.listTags(name, { signal });
  const { revisions } = await storage.listRevisions(name, { signal });
  const digests = new Map(revisions.map(({ digest, modifiedAtMs }) => [digest, new Date(modifiedAtMs)]));
  const tags = new Map<string, string>();
  for (const { name: tag, target, isUnclear } of entries) {
    const digest = target ?? (isUnclear ? known.tags.get(tag) : undefined);
    if (digest !== undefined) tags.set(tag, digest);
  }
  const unread = await unreadOf(request, [...digests.keys()]);
  const manifestsRead = await readManifests(storage, registryId, unread, signal);
  const healed = unread.filter((digest) => known.unreadable.has(digest));
  return {
    digests,
    tags,
    checkedTags: [],
    checkedDigests: [],
    refusal: null,
    manifestsRead,
    healed: healed.length === 0 ? [] : [...(await findKnownDigests(registryId, healed))],
  };
}

async function unreadOf({ registryId, known }: ReadRequest, listed: readonly string[]): Promise<string[]> {
  const unsure = listed.filter((digest) => !known.digests.has(digest) || known.unreadable.has(digest));
  const unread: string[] = [];
  for (let from = 0; from < unsure.length; from += DIGESTS_PER_QUESTION) {
    const part = unsure.slice(from, from + DIGESTS_PER_QUESTION);
    const read = await findKnownDigests(registryId, part);
    for (const digest of part) if (!read.has(digest)) unread.push(digest);
  }
  return unread;
}

async function readManifests(
  storage: BlobStorage,
  registryId: string,
  digests: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const slice = new TimeSlice(signal);
  let rows: ManifestRow[] = [];
  let bytes = 0;
  let read = 0;
  const readConfig = async (digest: string) => {
    if (slice.isOver) await slice.pause();
    return readBody(storage, digest);
  };
  const write = async () => {
    read += (await keepFoundManifests(registryId, rows, readConfig, 1, signal)).size;
    rows = [];
    bytes = 0;
  };
  // As many at once as the storage is worth: where each is a request, one after the other would take hours.
  const { reads } = storage.concurrency;
  for (let from = 0; from < digests.length; from += reads) {
    if (slice.isOver) await slice.pause();
    const part = digests.slice(from, from + reads);
    const bodies = await Promise.all(part.map((digest) => readBody(storage, digest)));
    part.forEach((digest, at) => {
      const body = bodies[at] ?? null;
      // What is kept of a manifest is believed for ever, by marking too: a body that was damaged must not be taken for it.
      rows.push(
        body === null
          ? unreadableRow(digest, "", 0, "its bytes are missing from the storage, or too large for a manifest")
          : hasDigest(body, digest)
            ? manifestRow(digest, "", body, null)
            : unreadableRow(digest, "", 0, "its bytes in the storage do not have its digest"),
      );
      bytes += body?.byteLength ?? 0;
    });
    if (rows.length >= ROWS_PER_WRITE || bytes >= BYTES_PER_WRITE) await write();
  }
  if (rows.length > 0) await write();
  return read;
}

async function readBody(storage: BlobStorage, digest: string): Promise<Uint8Array | null> {
  const blob = await storage.readBlob(digest, { maxBytes: MANIFEST_BYTES_MAX });
  return blob.state === "read" ? blob.body : null;
}
