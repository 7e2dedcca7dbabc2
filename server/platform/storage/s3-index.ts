import type { Oddity } from "@/domain/gc/oddity";
import { PackedDigests } from "./packed-digests";
import type { S3Object } from "./s3-bucket";

export const BLOBS = "docker/registry/v2/blobs/";
export const REPOSITORIES = "docker/registry/v2/repositories/";

const HEX: Record<string, RegExp> = { sha256: /^[0-9a-f]{64}$/, sha512: /^[0-9a-f]{128}$/ };

/** A stored link: what it says is in its content, which its size and its MD5 tell of. */
type StoredLink = { sizeBytes: number; modifiedAtMs: number; etag: string };
/** `history` is where its entries are among those of its repository. */
export type StoredTag = { name: string; link: StoredLink | null; historyFrom: number; historyTo: number };

/** Links by digest: those of sha256 packed, the rare others as they are. */
export class DigestLinks {
  readonly sha256 = new PackedDigests();
  readonly others: { digest: string; sizeBytes: number; modifiedAtMs: number }[] = [];

  add(algorithm: string, hex: string, { sizeBytes, modifiedAtMs }: S3Object): void {
    if (algorithm === "sha256") this.sha256.push(hex, sizeBytes, modifiedAtMs);
    else this.others.push({ digest: own(`${algorithm}:${hex}`), sizeBytes, modifiedAtMs });
  }

  *entries(from = 0, to = this.sha256.length): Generator<{ digest: string; sizeBytes: number; modifiedAtMs: number }> {
    for (let at = from; at < to; at++) {
      const digest = `sha256:${this.sha256.hexAt(at)}`;
      yield { digest, sizeBytes: this.sha256.sizeAt(at), modifiedAtMs: this.sha256.timeAt(at) };
    }
    yield* this.others;
  }
}

/** What a listing says of one repository. */
export class RepositoryListing {
  readonly revisions = new DigestLinks();
  readonly layers = new DigestLinks();
  readonly tags: StoredTag[] = [];
  /** Of all its tags, in their order. */
  readonly history = new DigestLinks();
  /** When the latest object of each upload was written. */
  readonly uploads = new Map<string, number>();
  hasManifests = false;
  hasLayers = false;

  #byName: Map<string, StoredTag> | null = null;

  /** A tag that was listed. */
  findTag(name: string): StoredTag | undefined {
    this.#byName ??= new Map(this.tags.map((tag) => [tag.name, tag]));
    return this.#byName.get(name);
  }

  /** The tag whose keys are being listed now. */
  tagNamed(name: string): StoredTag {
    const latest = this.tags.at(-1);
    if (latest?.name === name) return latest;
    const at = this.history.sha256.length;
    const tag = { name: own(name), link: null, historyFrom: at, historyTo: at };
    this.tags.push(tag);
    return tag;
  }
}

/** Parts of a key are slices of a whole page's text, which would stay in memory with any of them. */
function own(text: string): string {
  return Buffer.from(text, "utf8").toString("utf8");
}

/**
 * What is in a registry's bucket, from one walk over its keys: about fifty bytes an object. Keys are added in the order of a listing,
 * the blobs of a shard and the keys of a repository's own each without others in between.
 */
export class S3Index {
  readonly blobs = new Map<string, PackedDigests>();
  readonly repositories = new Map<string, RepositoryListing>();
  readonly blobOddities: Oddity[] = [];
  readonly repositoryOddities: Oddity[] = [];
  blobCount = 0;
  objectCount = 0;
  /** A repository's keys come together. */
  #latest: { name: string; listing: RepositoryListing } | null = null;

  add(object: S3Object): void {
    this.objectCount++;
    const { key } = object;
    // Markers that tools make of folders.
    if (key.endsWith("/")) return;
    if (key.startsWith(BLOBS)) this.#addBlob(key.slice(BLOBS.length).split("/"), object);
    else if (key.startsWith(REPOSITORIES)) this.#addToRepository(key.slice(REPOSITORIES.length).split("/"), object);
  }

  #addBlob([algorithm = "", shard = "", hex = "", file, ...more]: string[], object: S3Object): void {
    const isBlob = algorithm === "sha256" && HEX.sha256?.test(hex) && hex.startsWith(shard) && shard.length === 2;
    if (!isBlob || file !== "data" || more.length > 0) {
      this.blobOddities.push({ kind: "junk_entry", path: own(object.key), detail: "not a blob of the registry" });
      return;
    }
    let blobs = this.blobs.get(shard);
    if (blobs === undefined) {
      blobs = new PackedDigests(64);
      this.blobs.set(own(shard), blobs);
    }
    blobs.push(hex, object.sizeBytes, object.modifiedAtMs);
    this.blobCount++;
  }

  #addToRepository(components: string[], object: S3Object): void {
    const at = components.findIndex((component) => component.startsWith("_"));
    if (at < 1) {
      if (at === -1) this.#junk(object, "a file where only repositories are expected");
      return;
    }
    const [area, ...rest] = components.slice(at);
    const name = components.slice(0, at).join("/");
    if (area === "_uploads") this.#addUpload(this.#repository(name), rest, object);
    else if (area === "_layers") {
      const listing = this.#repository(name);
      listing.hasLayers = true;
      this.#addLink(listing.layers, rest, object);
    } else if (area === "_manifests") {
      const listing = this.#repository(name);
      listing.hasManifests = true;
      const [what, ...below] = rest;
      if (what === "revisions") this.#addLink(listing.revisions, below, object);
      else if (what === "tags") this.#addTag(listing, below, object);
      else this.#junk(object, "neither a revision nor a tag");
    }
  }

  #addTag(listing: RepositoryListing, [name = "", what, ...rest]: string[], object: S3Object): void {
    if (what === "current" && rest.length === 1 && rest[0] === "link") {
      const { sizeBytes, modifiedAtMs, etag } = object;
      listing.tagNamed(name).link = { sizeBytes, modifiedAtMs, etag: own(etag) };
    } else if (what === "index" && isLink(rest)) {
      const tag = listing.tagNamed(name);
      this.#addLink(listing.history, rest, object);
      tag.historyTo = listing.history.sha256.length;
    } else this.#junk(object, "not a part of a tag");
  }

  #addLink(links: DigestLinks, parts: string[], object: S3Object): void {
    const [algorithm = "", hex = ""] = parts;
    if (isLink(parts)) links.add(algorithm, hex, object);
    else this.#junk(object, "not a link by digest");
  }

  #addUpload(listing: RepositoryListing, [id, ...rest]: string[], object: S3Object): void {
    if (id === undefined || rest.length === 0) this.#junk(object, "not a part of an upload");
    else listing.uploads.set(own(id), Math.max(listing.uploads.get(id) ?? 0, object.modifiedAtMs));
  }

  #repository(name: string): RepositoryListing {
    if (this.#latest?.name === name) return this.#latest.listing;
    let listing = this.repositories.get(name);
    const kept = own(name);
    if (listing === undefined) {
      listing = new RepositoryListing();
      this.repositories.set(kept, listing);
    }
    this.#latest = { name: kept, listing };
    return listing;
  }

  #junk(object: S3Object, detail: string): void {
    this.repositoryOddities.push({ kind: "junk_entry", path: own(object.key), detail });
  }
}

function isLink([algorithm = "", hex = "", file, ...more]: string[]): boolean {
  return (HEX[algorithm]?.test(hex) ?? false) && file === "link" && more.length === 0;
}
