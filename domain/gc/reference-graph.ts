import { digestsInText } from "@/domain/images/digest";
import { subjectOfFallbackTag } from "@/domain/images/referrer-tag";
import { DigestTable } from "./digest-table";
import { IdList, IdSet } from "./id-list";
import type { ManifestReferences } from "./manifest-references";
import type { Oddity } from "./oddity";

/** One repository as storage shows it. Times are milliseconds of the link file; null where they were not asked for. */
export type RepositoryFacts = {
  name: string;
  /** `isContradictory`: the link says something other than its place does, so nobody knows what it stands for. */
  revisions: readonly { digest: string; modifiedAtMs: number | null; isContradictory: boolean }[];
  /** `target` is null where the current link is missing, empty or no digest; `isUnclear` where it exists but cannot be understood. */
  tags: readonly { name: string; target: string | null; isUnclear: boolean; history: readonly string[] }[];
  layerLinks: readonly { digest: string; modifiedAtMs: number | null }[];
  /** A sha512 layer link and the sha256 digest that it contains. */
  aliases: readonly { from: string; to: string }[];
};

/** A repository in the graph; the lists hold numbers of `ReferenceGraph.digests`, times are whole seconds (0 = unknown). */
export type RepositoryNode = {
  name: string;
  revisions: IdList;
  revisionTimes: IdList;
  layerLinks: IdList;
  layerLinkTimes: IdList;
  /** A tag points at something here and nobody can tell at what. */
  isUnclear: boolean;
};

const seconds = (milliseconds: number | null) =>
  milliseconds === null ? 0 : Math.max(0, Math.ceil(milliseconds / 1000));

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
  readonly #references = new IdList();
  readonly #manifestStart = new IdList();
  readonly #manifestOf = new Map<number, number>();

  /** Takes a blob into the snapshot, by the hex digits of its sha256 digest. */
  addStoredSha256(hex: string): void {
    const id = this.digests.internSha256Hex(hex);
    if (this.#stored.add(id)) this.storedBlobs.push(id);
  }

  /** Whether the number is a blob of the snapshot. */
  isStored(id: number): boolean {
    return this.#stored.has(id);
  }

  /** Takes a repository in; returns what is odd about its tags. */
  addRepository(facts: RepositoryFacts): Oddity[] {
    const node: RepositoryNode = {
      name: facts.name,
      revisions: new IdList(),
      revisionTimes: new IdList(),
      layerLinks: new IdList(),
      layerLinkTimes: new IdList(),
      isUnclear: false,
    };
    const own = new Set<number>();
    for (const revision of facts.revisions) {
      const id = this.digests.intern(revision.digest);
      own.add(id);
      this.liveRevisions.add(id);
      node.revisions.push(id);
      node.revisionTimes.push(seconds(revision.modifiedAtMs));
      if (revision.isContradictory) this.contradictoryRevisions.add(id);
    }
    for (const link of facts.layerLinks) {
      node.layerLinks.push(this.digests.intern(link.digest));
      node.layerLinkTimes.push(seconds(link.modifiedAtMs));
    }
    for (const { from, to } of facts.aliases) this.aliases.set(this.digests.intern(from), this.digests.intern(to));
    const oddities = facts.tags.flatMap((tag) => this.#addTag(node, own, tag));
    this.repositories.push(node);
    return oddities;
  }

  /** Whether the manifest was added already, readable or not. */
  hasManifest(digest: string): boolean {
    const id = this.digests.find(digest);
    return id >= 0 && (this.#manifestOf.has(id) || this.unreadable.has(id));
  }

  /** Takes a manifest in. */
  addManifest(digest: string, manifest: ManifestReferences): void {
    const id = this.digests.intern(digest);
    this.#store(id, manifest.references);
    if (manifest.subject !== null) this.subjects.set(id, this.digests.intern(manifest.subject));
    if (manifest.isUnknownKind) this.unknownKinds.add(id);
  }

  /** Takes in a manifest whose body is missing or cannot be understood; digests in what could be read count all the same. */
  addUnreadableManifest(digest: string, body: Uint8Array | null): void {
    const id = this.digests.intern(digest);
    this.unreadable.add(id);
    if (body !== null) this.#store(id, new Set(digestsInText(new TextDecoder().decode(body))));
  }

  /** The numbers of what a manifest refers to; nothing where the number is no manifest. */
  *referencesOf(id: number): Generator<number> {
    const manifest = this.#manifestOf.get(id);
    if (manifest === undefined) return;
    const start = this.#manifestStart.at(manifest);
    const end =
      manifest + 1 < this.#manifestStart.length ? this.#manifestStart.at(manifest + 1) : this.#references.length;
    for (let position = start; position < end; position++) yield this.#references.at(position);
  }

  /** Whether the number is a manifest that references are known of. */
  isManifest(id: number): boolean {
    return this.#manifestOf.has(id);
  }

  /** Numbers of all manifests that references are known of. */
  manifestIds(): IterableIterator<number> {
    return this.#manifestOf.keys();
  }

  #store(id: number, references: Iterable<string>): void {
    if (this.#manifestOf.has(id)) return;
    this.#manifestOf.set(id, this.#manifestStart.push(this.#references.length));
    for (const reference of references) this.#references.push(this.digests.intern(reference));
  }

  #addTag(node: RepositoryNode, own: ReadonlySet<number>, tag: RepositoryFacts["tags"][number]): Oddity[] {
    const path = `repositories/${node.name}/_manifests/tags/${tag.name}`;
    if (tag.target !== null) {
      const id = this.digests.intern(tag.target);
      // A tag whose revision is gone answers 404: an API delete died between its two steps. It holds nothing any more.
      if (!own.has(id))
        return [{ kind: "dangling_tag", path, detail: `names ${tag.target}, which is not in the repository` }];
      this.tagTargets.push(id);
      const subject = subjectOfFallbackTag(tag.name);
      if (subject !== null) this.fallbackPairs.push({ subject: this.digests.intern(subject), referrer: id });
      return [];
    }
    // Nobody can say where the tag points: everything it ever pointed at stays, and without a history the whole repository.
    const history = tag.history.map((digest) => this.digests.intern(digest)).filter((id) => own.has(id));
    for (const id of history) this.tagTargets.push(id);
    if (history.length === 0 && tag.isUnclear) node.isUnclear = true;
    return [
      { kind: "unclear_tag", path, detail: tag.isUnclear ? "its current link is no digest" : "it has no current link" },
    ];
  }
}
