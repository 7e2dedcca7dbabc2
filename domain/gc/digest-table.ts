import { parseDigest } from "@/domain/images/digest";

const WORDS = 8;
const EMPTY = -1;

/**
 * Numbers for digests, in order of arrival from 0, about 50 bytes each. A registry has hundreds of thousands of digests, and a
 * Map of strings would cost several hundred megabytes. The whole digest is kept and compared: two digests never share a number.
 */
export class DigestTable {
  #words = new Uint32Array(1024 * WORDS);
  #slots = new Int32Array(4096).fill(EMPTY);
  #count = 0;
  /** sha512 digests are rare and go by text; their place in `#words` stays unused. */
  readonly #longIds = new Map<string, number>();
  readonly #longTexts = new Map<number, string>();
  readonly #probe = new Uint32Array(WORDS);

  get size(): number {
    return this.#count;
  }

  /** The digest's number, a new one where it has none. Throws a TypeError on text that is not a digest. */
  intern(digest: string): number {
    const parts = parseDigest(digest);
    if (parts === null) throw new TypeError(`not a digest: ${digest}`);
    if (parts.algorithm === "sha256") return this.internSha256Hex(parts.hex);
    const known = this.#longIds.get(digest);
    if (known !== undefined) return known;
    const id = this.#append();
    this.#longIds.set(digest, id);
    this.#longTexts.set(id, digest);
    return id;
  }

  /** As `intern`, from the 64 hex digits of a sha256 digest, which the caller has checked. */
  internSha256Hex(hex: string): number {
    const slot = this.#slotOf(hex);
    const found = this.#slots[slot] ?? EMPTY;
    if (found !== EMPTY) return found;
    const id = this.#append();
    this.#words.set(this.#probe, id * WORDS);
    this.#slots[slot] = id;
    if (this.#count * 2 > this.#slots.length) this.#rehash();
    return id;
  }

  /** The digest's number, or -1 where it has none (or the text is not a digest). */
  find(digest: string): number {
    const parts = parseDigest(digest);
    if (parts === null) return EMPTY;
    if (parts.algorithm === "sha512") return this.#longIds.get(digest) ?? EMPTY;
    return this.#slots[this.#slotOf(parts.hex)] ?? EMPTY;
  }

  /** The digest of a number. Throws a RangeError where the number was never given. */
  digestOf(id: number): string {
    if (id < 0 || id >= this.#count) throw new RangeError(`no digest has the number ${id}`);
    const long = this.#longTexts.get(id);
    if (long !== undefined) return long;
    let hex = "";
    for (let word = 0; word < WORDS; word++) {
      hex += (this.#words[id * WORDS + word] ?? 0).toString(16).padStart(8, "0");
    }
    return `sha256:${hex}`;
  }

  /** Whether the number belongs to a sha512 digest. */
  isSha512(id: number): boolean {
    return this.#longTexts.has(id);
  }

  #append(): number {
    const id = this.#count++;
    if (this.#count * WORDS > this.#words.length) {
      const grown = new Uint32Array(this.#words.length * 2);
      grown.set(this.#words);
      this.#words = grown;
    }
    return id;
  }

  #slotOf(hex: string): number {
    for (let word = 0; word < WORDS; word++) this.#probe[word] = Number.parseInt(hex.slice(word * 8, word * 8 + 8), 16);
    const mask = this.#slots.length - 1;
    let slot = (this.#probe[0] ?? 0) & mask;
    for (;;) {
      const id = this.#slots[slot] ?? EMPTY;
      if (id === EMPTY || this.#equalsProbe(id)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #equalsProbe(id: number): boolean {
    const base = id * WORDS;
    for (let word = 0; word < WORDS; word++) if (this.#words[base + word] !== this.#probe[word]) return false;
    return true;
  }

  #rehash(): void {
    this.#slots = new Int32Array(this.#slots.length * 2).fill(EMPTY);
    const mask = this.#slots.length - 1;
    for (let id = 0; id < this.#count; id++) {
      if (this.#longTexts.has(id)) continue;
      let slot = (this.#words[id * WORDS] ?? 0) & mask;
      while (this.#slots[slot] !== EMPTY) slot = (slot + 1) & mask;
      this.#slots[slot] = id;
    }
  }
}
