import { forEachLimited } from "@/server/platform/registry/for-each-limited";
import type { S3Bucket } from "./s3-bucket";
import { BLOBS, REPOSITORIES, S3Index } from "./s3-index";

/** A listing goes on from where it was, page after page; several parts of it may be read at once, each wasting part of a page. */
const PAGES_PER_PART = 12;
const PARTS_MAX = 16;

/**
 * Reads all keys of a registry's bucket, blobs before repositories: a blob that is pushed later is not among them. Whatever is not read
 * whole is thrown as a StorageReadError; an abort throws the signal's reason.
 */
export async function walkBucket(
  bucket: S3Bucket,
  signal?: AbortSignal,
  onBlobs?: (count: number) => void,
): Promise<S3Index> {
  const index = new S3Index();
  const tell = () => onBlobs?.(index.blobCount);
  await walkBlobs(bucket, index, tell, signal);
  const parts = Math.min(PARTS_MAX, Math.floor(index.blobCount / bucket.keysPerPage / PAGES_PER_PART));
  const starts = parts < 2 ? [] : thinned(await namesIn(bucket, parts, signal), parts);
  await readParts({ bucket, index, prefix: REPOSITORIES, starts, tell, signal });
  return index;
}

/** Blobs are spread evenly over their digests, so the first page tells how many there are, and where equal parts of them begin. */
async function walkBlobs(bucket: S3Bucket, index: S3Index, tell: () => void, signal?: AbortSignal): Promise<void> {
  const pages = bucket.pages(BLOBS, { signal });
  const first = (await pages.next()).value ?? [];
  for (const object of first) index.add(object);
  tell();
  const last = first.at(-1)?.key;
  if (last === undefined || first.length < bucket.keysPerPage) {
    // No more, by what the store itself says: it may also answer with short pages.
    for await (const page of pages) for (const object of page) index.add(object);
    return;
  }
  const hex = /\/([0-9a-f]{2})\/[0-9a-f]{64}\//.exec(last)?.[1];
  const shard = hex === undefined ? 255 : Number.parseInt(hex, 16);
  // `shard` shards and a part of one are on the first page.
  const count = Math.min(PARTS_MAX, Math.floor(256 / (shard + 1) / PAGES_PER_PART));
  const starts = Array.from({ length: Math.max(0, count - 1) }, (_, part) => Math.floor(((part + 1) * 256) / count))
    .filter((start) => start > shard)
    .map((start) => `${BLOBS}sha256/${start.toString(16).padStart(2, "0")}/`);
  await pages.return(undefined);
  await readParts({ bucket, index, prefix: BLOBS, starts, tell, signal, from: last });
}

/** Reads `[from, starts[0])`, `[starts[0], starts[1])` and so on at once. */
async function readParts(walk: {
  bucket: S3Bucket;
  index: S3Index;
  prefix: string;
  starts: readonly string[];
  tell: () => void;
  signal: AbortSignal | undefined;
  from?: string;
}): Promise<void> {
  const { bucket, index, prefix, starts, tell, signal, from } = walk;
  const bounds: (string | undefined)[] = [from, ...starts];
  await forEachLimited(
    bounds,
    PARTS_MAX,
    async (startAfter, part) => {
      const end = bounds[part + 1];
      for await (const page of bucket.pages(prefix, { startAfter, signal })) {
        for (const object of page) {
          if (end !== undefined && object.key > end) return;
          index.add(object);
        }
        tell();
      }
    },
    signal,
  );
}

/** Prefixes that whole repositories are below, in order: of the first level, and of the second where that has few. */
async function namesIn(bucket: S3Bucket, wanted: number, signal?: AbortSignal): Promise<string[]> {
  const below = async (prefix: string) =>
    (await bucket.children(prefix, signal)).folders
      .filter((name) => !name.startsWith("_"))
      .map((name) => `${prefix}${name}/`);
  const first = await below(REPOSITORIES);
  if (first.length >= wanted) return first.sort();
  const all = [...first];
  await forEachLimited(first, PARTS_MAX, async (prefix) => {
    all.push(...(await below(prefix)));
  });
  return all.sort();
}

function thinned(names: readonly string[], parts: number): string[] {
  const step = names.length / parts;
  const starts = Array.from({ length: parts - 1 }, (_, part) => names[Math.floor((part + 1) * step)]);
  return [...new Set(starts.filter((name) => name !== undefined))];
}
