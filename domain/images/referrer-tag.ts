import { isDigest } from "./digest";

const FALLBACK_TAG = /^(sha256|sha512)-([0-9a-f]+)(\.[A-Za-z0-9._-]+)?$/;

/**
 * The digest of the image that a fallback tag belongs to: `sha256-<hex>` (the referrers index of clients that find no
 * referrers API) and `sha256-<hex>.sig|.att|.sbom|…` (cosign). Null for every other tag. Any suffix counts: treating a
 * signature of a kind we do not know as an ordinary tag would part it from its image.
 */
export function subjectOfFallbackTag(tag: string): string | null {
  // Asked for every tag several times: nearly all of them begin otherwise.
  if (!tag.startsWith("sha")) return null;
  const match = FALLBACK_TAG.exec(tag);
  if (match === null) return null;
  const digest = `${match[1]}:${match[2]}`;
  return isDigest(digest) ? digest : null;
}
