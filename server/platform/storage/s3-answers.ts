import { createHash } from "node:crypto";
import type { OddityKind } from "@/domain/gc/oddity";
import { isDigest } from "@/domain/images/digest";
import { forEachLimited } from "@/server/platform/registry/for-each-limited";
import type { LayerLinkListing, ReadOptions, RevisionListing, TagEntry, UploadEntry } from "./blob-storage";
import { paths } from "./filesystem-paths";
import type { RepositoryListing, StoredTag } from "./s3-index";

const READS = 32;
const SHA256_DIGEST_BYTES = "sha256:".length + 64;

/** Reads a link's content; null where it is gone. */
export type ReadLink = (key: string) => Promise<string | null>;

function reporter(options: ReadOptions | undefined): (kind: OddityKind, path: string, detail: string) => void {
  options?.signal?.throwIfAborted();
  return (kind, path, detail) => options?.onOddity?.({ kind, path, detail });
}

/** The revisions of a listing: a link's place says its digest, and its size whether it is whole; only others are read. */
export async function revisionsOf(
  repository: string,
  listing: RepositoryListing,
  readLink: ReadLink,
  options?: ReadOptions,
): Promise<RevisionListing> {
  const odd = reporter(options);
  const answer: RevisionListing = { revisions: [], emptyDirectories: [] };
  for (const { digest, sizeBytes, modifiedAtMs } of listing.revisions.entries()) {
    const isContradictory = sizeBytes !== 0 && sizeBytes !== digest.length;
    const link = `${paths.revision(repository, digest)}/link`;
    if (sizeBytes === 0) odd("empty_link", link, "it is empty; its place says its digest");
    if (isContradictory) {
      odd("bad_link", link, "it does not hold the digest that its place says");
      const said = await readLink(link);
      if (said !== null && isDigest(said)) answer.revisions.push({ digest: said, modifiedAtMs, isContradictory });
    }
    answer.revisions.push({ digest, modifiedAtMs, isContradictory });
  }
  return answer;
}

/**
 * Where the tags of a listing point. A tag's history names what it may point at, and the listing the MD5 of what its link says: reading
 * the link is only needed where these do not meet (stores that encrypt with keys of their own tell no MD5).
 */
export async function tagsOf(
  repository: string,
  listing: RepositoryListing,
  readLink: ReadLink,
  options?: ReadOptions,
): Promise<TagEntry[]> {
  const odd = reporter(options);
  const tags: TagEntry[] = listing.tags.map((tag) => ({
    name: tag.name,
    target: tag.link === null ? null : targetByHistory(listing, tag),
    isUnclear: false,
  }));
  const unknown = tags.filter((tag, at) => tag.target === null && listing.tags[at]?.link != null);
  await forEachLimited(
    unknown,
    READS,
    async (tag) => {
      const link = `${paths.tag(repository, tag.name)}/current/link`;
      const said = await readLink(link);
      if (said === null) return;
      if (isDigest(said)) tag.target = said;
      else {
        odd(said === "" ? "empty_link" : "bad_link", link, "it does not say where the tag points");
        tag.isUnclear = true;
      }
    },
    options?.signal,
  );
  return tags;
}

function targetByHistory(listing: RepositoryListing, { link, historyFrom, historyTo }: StoredTag): string | null {
  if (link?.sizeBytes !== SHA256_DIGEST_BYTES) return null;
  for (let at = historyFrom; at < historyTo; at++) {
    const digest = `sha256:${listing.history.sha256.hexAt(at)}`;
    if (md5Of(digest) === link.etag) return digest;
  }
  return null;
}

let hasMd5 = true;
/** Null where this machine's OpenSSL has no MD5. */
function md5Of(text: string): string | null {
  if (!hasMd5) return null;
  try {
    return createHash("md5").update(text).digest("hex");
  } catch {
    hasMd5 = false;
    return null;
  }
}

/** Every digest that a tag of a listing ever had. */
export function tagHistoryOf(listing: RepositoryListing, tag: string): string[] {
  const found = listing.findTag(tag);
  if (found === undefined) return [];
  const digests: string[] = [];
  for (let at = found.historyFrom; at < found.historyTo; at++)
    digests.push(`sha256:${listing.history.sha256.hexAt(at)}`);
  return digests;
}

/** The layer links of a listing; what those of sha512 mean is read. */
export async function layerLinksOf(
  repository: string,
  listing: RepositoryListing,
  readLink: ReadLink,
  options?: ReadOptions,
): Promise<LayerLinkListing> {
  const odd = reporter(options);
  const answer: LayerLinkListing = { links: [], aliases: [] };
  for (const { digest, modifiedAtMs } of listing.layers.entries()) {
    if (!digest.startsWith("sha512:")) {
      answer.links.push({ digest, modifiedAtMs });
      continue;
    }
    const link = `${paths.layer(repository, digest)}/link`;
    const said = await readLink(link);
    if (said !== null && isDigest(said)) answer.aliases.push({ from: digest, to: said });
    else if (said !== null) odd(said === "" ? "empty_link" : "bad_link", link, "it does not say which blob it means");
  }
  return answer;
}

export function uploadsOf(listing: RepositoryListing): UploadEntry[] {
  return [...listing.uploads].map(([id, lastActivityAtMs]) => ({ id, lastActivityAtMs }));
}
