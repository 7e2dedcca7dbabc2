import { DigestTable } from "./digest-table";
import { DIGEST_WORDS, digestToWords, WordList } from "./digest-words";
import type { ManifestReferences } from "./manifest-references";

/** Says what follows, and in which byte order: a pack of another machine or version is not read, and its manifests are parsed anew. */
const FORMAT = 0x52_50_4b_31;
const HEADER_WORDS = 3;
const MANIFEST_HEADER_WORDS = 5;
const UNKNOWN_KIND = 1;

/**
 * What many manifests refer to, in words: format, number of manifests, number of digests; every digest that occurs, once, in eight words;
 * then each manifest: its place in that list, how many references, how many of them (the first) are children, the place of its subject
 * plus one, flags; and the places of its references.
 */
export class ReferencePack {
  readonly manifestCount: number;
  readonly digestCount: number;

  private constructor(readonly words: Uint32Array) {
    this.manifestCount = words[1] ?? 0;
    this.digestCount = words[2] ?? 0;
  }

  /** Null where the words are no pack, or one that was cut off. */
  static open(words: Uint32Array): ReferencePack | null {
    if (words[0] !== FORMAT) return null;
    const pack = new ReferencePack(words);
    let at = pack.#manifestsAt;
    for (let i = 0; i < pack.manifestCount; i++) {
      const count = words[at + 1];
      if (count === undefined || (words[at + 2] ?? 0) > count || (words[at + 3] ?? 0) > pack.digestCount) return null;
      const end = at + MANIFEST_HEADER_WORDS + count;
      if (end > words.length || (words[at] ?? 0) >= pack.digestCount) return null;
      for (let k = at + MANIFEST_HEADER_WORDS; k < end; k++) if ((words[k] ?? 0) >= pack.digestCount) return null;
      at = end;
    }
    return at === words.length ? pack : null;
  }

  /** A number for each of its digests, in their order, as `table` gives them. */
  internInto(table: DigestTable): Uint32Array {
    const ids = new Uint32Array(this.digestCount);
    for (let i = 0; i < ids.length; i++) ids[i] = table.internWords(this.words, HEADER_WORDS + i * DIGEST_WORDS);
    return ids;
  }

  /** Calls `visit` with each manifest; what it is given is valid during the call. Numbers are places in the list of digests. */
  forEach(visit: (manifest: PackedManifest) => void): void {
    const { words } = this;
    const manifest: PackedManifest = { self: 0, references: words, childCount: 0, subject: null, isUnknownKind: false };
    let at = this.#manifestsAt;
    for (let i = 0; i < this.manifestCount; i++) {
      const end = at + MANIFEST_HEADER_WORDS + (words[at + 1] ?? 0);
      const subject = words[at + 3] ?? 0;
      manifest.self = words[at] ?? 0;
      manifest.childCount = words[at + 2] ?? 0;
      manifest.subject = subject === 0 ? null : subject - 1;
      manifest.isUnknownKind = words[at + 4] === UNKNOWN_KIND;
      manifest.references = words.subarray(at + MANIFEST_HEADER_WORDS, end);
      visit(manifest);
      at = end;
    }
  }

  get #manifestsAt(): number {
    return HEADER_WORDS + this.digestCount * DIGEST_WORDS;
  }
}

export type PackedManifest = {
  self: number;
  references: Uint32Array;
  /** So many of the references, from the first, are children. */
  childCount: number;
  subject: number | null;
  isUnknownKind: boolean;
};

const isSha256 = (digest: string) => digest.startsWith("sha256:");

/** Makes a pack of manifests one by one. */
export class PackBuilder {
  readonly #digests = new DigestTable();
  readonly #manifests = new WordList();
  #count = 0;
  readonly #probe = new Uint32Array(DIGEST_WORDS);

  get manifestCount(): number {
    return this.#count;
  }

  /** Adds a manifest; false, and nothing added, where it has or names a digest that is not sha256: such ones are rare, and not packed. */
  add(digest: string, { references, children, subject, isUnknownKind }: ManifestReferences): boolean {
    const isChild = new Set(children);
    const ordered = children.length === 0 ? references : [...isChild, ...references.filter((one) => !isChild.has(one))];
    if (!isSha256(digest) || !(subject === null || isSha256(subject)) || !ordered.every(isSha256)) return false;
    const self = this.#place(digest);
    const subjectAt = subject === null ? 0 : this.#place(subject) + 1;
    this.#begin(self, ordered.length, isChild.size, subjectAt, isUnknownKind);
    for (const reference of ordered) this.#manifests.push(this.#place(reference));
    return true;
  }

  /** Adds a manifest of another pack. */
  copy(pack: ReferencePack, manifest: PackedManifest): void {
    const place = (at: number) => this.#digests.internWords(pack.words, HEADER_WORDS + at * DIGEST_WORDS);
    const { self, references, childCount, subject, isUnknownKind } = manifest;
    this.#begin(place(self), references.length, childCount, subject === null ? 0 : place(subject) + 1, isUnknownKind);
    for (const reference of references) this.#manifests.push(place(reference));
  }

  build(): Uint32Array<ArrayBuffer> {
    const digests = new Uint32Array(this.#digests.size * DIGEST_WORDS);
    for (let id = 0; id < this.#digests.size; id++) this.#digests.copyWords(id, digests, id * DIGEST_WORDS);
    const all = new WordList();
    for (const word of [FORMAT, this.#count, this.#digests.size]) all.push(word);
    all.pushAll(digests);
    all.pushAll(this.#manifests.toArray());
    return all.toArray();
  }

  #begin(self: number, references: number, children: number, subject: number, isUnknownKind: boolean): void {
    this.#count++;
    for (const word of [self, references, children, subject, isUnknownKind ? UNKNOWN_KIND : 0])
      this.#manifests.push(word);
  }

  #place(digest: string): number {
    digestToWords(digest, this.#probe, 0);
    return this.#digests.internWords(this.#probe, 0);
  }
}
