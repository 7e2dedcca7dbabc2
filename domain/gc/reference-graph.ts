import { subjectOfFallbackTag } from "@/domain/images/referrer-tag";
import { DigestTable } from "./digest-table";
import { IdList, IdSet } from "./id-list";
import type { ManifestReferences } from "./manifest-references";
import type { Oddity } from "./oddity";
import { ListingCursor, type PackedListing, type PackedRepository } from "./packed-listing";
import type { ReferencePack } from "./reference-pack";
import type { RepositoryFacts } from "./repository-facts";

/** A repository in the graph; the lists hold numbers of `ReferenceGraph.digests`, times are whole seconds (0 = unknown). */
export type RepositoryNode = {
  name: string;
  revisions: IdList;
  revisionTimes: IdList;
  layerLinks: IdList;
  layerLinkTimes: IdList;
  /** What tags with a target pointed at before, as far as it was asked for. */
  past: { tag: string; digest: number }[];
  /** A tag points at something here and nobody can tell at what. */
  isUnclear: boolean;
};

const seconds = (milliseconds: number | null) =>
  milliseconds === null ? 0 : Math.max(0, Math.ceil(milliseconds / 1000));
const NONE = new Uint32Array(0);
const NO_MANIFEST = -1;

/**
 * Everything that decides what a registry still needs, by digest and for the whole registry. Filled by whoever reads the
 * storage: blobs first (what is not in that snapshot can never be swept), then repositories, then manifests.
 */
export class ReferenceGraph {
  readonly digests = new DigestTable();
  readonly repositories: RepositoryNode[] = [];
  /** Blobs that were there before marking began. */
  readonly storedBlobs = new IdList();
  readonly #stored = new IdSet();
  readonly tagTargets = new IdList();
  /** Digests that are a revision of at least one repository. */
  readonly liveRevisions = new IdSet();
  readonly unreadable = new IdSet();
  readonly unknownKinds = new IdSet();
  readonly contradictoryRevisions = new IdSet();
  /** From a subject to its referrers by fallback tag, and back. */
  readonly fallbackPairs: { subject: number; referrer: number }[] = [];
  readonly subjects = new Map<number, number>();
  readonly aliases = new Map<number, number>();
  /** Numbers of all manifests that references are known of. */
  readonly manifests = new IdList();
  /** What some manifest calls its child. */
  readonly children = new IdList();
  readonly #isChild = new IdSet();
  readonly #references = new IdList();
  /** Of each manifest in order, where its references begin. */
  readonly #starts = new IdList();
  /** By number of the digest: which manifest it is. */
  #manifestOf = new Int32Array(1024).fill(NO_MANIFEST);

  /** Takes a blob into the snapshot, by the hex digits of its sha256 digest. */
  addStoredSha256(hex: string): void {
    this.#addStored(this.digests.internSha256Hex(hex));
  }

  /** Takes blobs into the snapshot, by the words of their digests. */
  addStoredWords(words: Uint32Array): void {
    const cursor = new ListingCursor(words);
    for (let at = cursor.digest(); at < words.length; at = cursor.digest())
      this.#addStored(this.digests.internWords(words, at));
  }

  #addStored(id: number): void {
    if (this.#stored.add(id)) this.storedBlobs.push(id);
  }

  /** Whether the number is a blob of the snapshot. */
  isStored(id: number): boolean {
    return this.#stored.has(id);
  }

  /** Takes a repository in; returns what is odd about its tags. */
  addRepository(facts: RepositoryFacts): Oddity[] {
    const node = newNode(facts.name);
    this.repositories.push(node);
    return this.#addFacts(node, new Set(), facts);
  }

  /** Takes repositories in; returns what is odd about their tags. */
  addListing(listing: PackedListing): Oddity[] {
    const cursor = new ListingCursor(listing.words);
    return listing.repositories.flatMap((packed) => this.#addPacked(packed, listing.words, cursor));
  }

  #addPacked(packed: PackedRepository, words: Uint32Array, cursor: ListingCursor): Oddity[] {
    const node = newNode(packed.name);
    this.repositories.push(node);
    const own = new Set<number>();
    const next = () => this.digests.internWords(words, cursor.digest());
    for (let i = 0; i < packed.revisions; i++) this.#addRevision(node, own, next(), cursor.word());
    const targets = packed.tags.map(next);
    for (const tag of packed.pastOfTag) node.past.push({ tag: packed.tags[tag] ?? "", digest: next() });
    for (let i = 0; i < packed.layerLinks; i++) {
      node.layerLinks.push(next());
      node.layerLinkTimes.push(cursor.word());
    }
    const oddities = this.#addFacts(node, own, packed.rest);
    targets.forEach((target, i) => {
      const oddity = this.#addTarget(node, own, packed.tags[i] ?? "", target);
      if (oddity) oddities.push(oddity);
    });
    return oddities;
  }

  #addFacts(node: RepositoryNode, own: Set<number>, facts: Omit<RepositoryFacts, "name">): Oddity[] {
    for (const revision of facts.revisions) {
      const id = this.digests.intern(revision.digest);
      this.#addRevision(node, own, id, seconds(revision.modifiedAtMs));
      if (revision.isContradictory) this.contradictoryRevisions.add(id);
    }
    for (const link of facts.layerLinks) {
      node.layerLinks.push(this.digests.intern(link.digest));
      node.layerLinkTimes.push(seconds(link.modifiedAtMs));
    }
    for (const { from, to } of facts.aliases) this.aliases.set(this.digests.intern(from), this.digests.intern(to));
    return facts.tags.flatMap((tag) => this.#addTag(node, own, tag));
  }

  #addRevision(node: RepositoryNode, own: Set<number>, id: number, timeSeconds: number): void {
    own.add(id);
    this.liveRevisions.add(id);
    node.revisions.push(id);
    node.revisionTimes.push(timeSeconds);
  }

  /** Whether the manifest was added already, readable or not. */
  hasManifest(id: number): boolean {
    return this.isManifest(id) || this.unreadable.has(id);
  }

  /** Takes a manifest in. */
  addManifest(digest: string, manifest: ManifestReferences): void {
    const id = this.digests.intern(digest);
    if (!this.#store(id, manifest.references, (reference) => this.digests.intern(reference))) return;
    for (const child of manifest.children) this.#addChild(this.digests.intern(child));
    if (manifest.subject !== null) this.subjects.set(id, this.digests.intern(manifest.subject));
    if (manifest.isUnknownKind) this.unknownKinds.add(id);
  }

  /**
   * Takes the manifests of a pack in that are wanted and not there yet. `ids` are the numbers of its digests, as
   * `pack.internInto(graph.digests)` gives them. Returns how many were added.
   */
  addPack(pack: ReferencePack, ids: Uint32Array, isWanted: (id: number) => boolean): number {
    let added = 0;
    const idAt = (place: number) => ids[place] ?? 0;
    pack.forEach(({ self, references, childCount, subject, isUnknownKind }) => {
      const id = idAt(self);
      if (this.hasManifest(id) || !isWanted(id)) return;
      this.#store(id, references, idAt);
      for (let i = 0; i < childCount; i++) this.#addChild(idAt(references[i] ?? 0));
      if (subject !== null) this.subjects.set(id, idAt(subject));
      if (isUnknownKind) this.unknownKinds.add(id);
      added++;
    });
    return added;
  }

  /** Takes in a manifest whose body is missing or cannot be understood; digests in what could be read count all the same. */
  addUnreadableManifest(digest: string, mentioned: readonly string[]): void {
    const id = this.digests.intern(digest);
    this.unreadable.add(id);
    if (mentioned.length > 0) this.#store(id, new Set(mentioned), (reference) => this.digests.intern(reference));
  }

  /** The numbers of what a manifest refers to; nothing where the number is no manifest. A view, valid until one is added. */
  referencesOf(id: number): Uint32Array {
    const manifest = this.#manifestOf[id] ?? NO_MANIFEST;
    if (manifest === NO_MANIFEST) return NONE;
    const end = manifest + 1 < this.#starts.length ? this.#starts.at(manifest + 1) : this.#references.length;
    return this.#references.slice(this.#starts.at(manifest), end);
  }

  /** Whether the number is a manifest that references are known of. */
  isManifest(id: number): boolean {
    return (this.#manifestOf[id] ?? NO_MANIFEST) !== NO_MANIFEST;
  }

  #store<T>(id: number, references: Iterable<T>, numberOf: (reference: T) => number): boolean {
    if (this.isManifest(id)) return false;
    if (id >= this.#manifestOf.length) {
      const grown = new Int32Array(Math.max(id + 1, this.#manifestOf.length * 2)).fill(NO_MANIFEST);
      grown.set(this.#manifestOf);
      this.#manifestOf = grown;
    }
    this.#manifestOf[id] = this.#starts.push(this.#references.length);
    this.manifests.push(id);
    for (const reference of references) this.#references.push(numberOf(reference));
    return true;
  }

  #addChild(id: number): void {
    if (this.#isChild.add(id)) this.children.push(id);
  }

  #addTag(node: RepositoryNode, own: ReadonlySet<number>, tag: RepositoryFacts["tags"][number]): Oddity[] {
    if (tag.target !== null) {
      const target = this.digests.intern(tag.target);
      for (const digest of tag.history) {
        const id = this.digests.intern(digest);
        if (id !== target) node.past.push({ tag: tag.name, digest: id });
      }
      const oddity = this.#addTarget(node, own, tag.name, target);
      return oddity === null ? [] : [oddity];
    }
    // Nobody can say where the tag points: everything it ever pointed at stays, and without a history the whole repository.
    const history = tag.history.map((digest) => this.digests.intern(digest)).filter((id) => own.has(id));
    for (const id of history) this.tagTargets.push(id);
    if (history.length === 0 && tag.isUnclear) node.isUnclear = true;
    const detail = tag.isUnclear ? "its current link is no digest" : "it has no current link";
    return [{ kind: "unclear_tag", path: pathOfTag(node, tag.name), detail }];
  }

  #addTarget(node: RepositoryNode, own: ReadonlySet<number>, tag: string, target: number): Oddity | null {
    // A tag whose revision is gone answers 404: an API delete died between its two steps. It holds nothing any more.
    if (!own.has(target)) {
      const detail = `names ${this.digests.digestOf(target)}, which is not in the repository`;
      return { kind: "dangling_tag", path: pathOfTag(node, tag), detail };
    }
    this.tagTargets.push(target);
    const subject = subjectOfFallbackTag(tag);
    if (subject !== null) this.fallbackPairs.push({ subject: this.digests.intern(subject), referrer: target });
    return null;
  }
}

const pathOfTag = (node: RepositoryNode, tag: string) => `repositories/${node.name}/_manifests/tags/${tag}`;

function newNode(name: string): RepositoryNode {
  return {
    name,
    revisions: new IdList(),
    revisionTimes: new IdList(),
    layerLinks: new IdList(),
    layerLinkTimes: new IdList(),
    past: [],
    isUnclear: false,
  };
}
