import { parseDigest } from "@/domain/images/digest";
import { DIGEST_WORDS, hexToWords, wordsToHex } from "./digest-words";

const EMPTY = -1;
/** Digests are kept in parts of so many, which never move: one array that grows would hold them twice meanwhile, and be half empty then. */
const PART_BITS = 13;
const PART_MASK = (1 << PART_BITS) - 1;
const NO_PART = new Uint32Array(0);

/**
 * Numbers for digests, in order of arrival from 0, about 50 bytes each. A registry has hundreds of thousands of digests, and a
 * Map of strings would cost several hundred megabytes. The whole digest is kept and compared: two digests never share a number.
 */
export class DigestTable {
  readonly #parts: Uint32Array[] = [];
  #slots = new Int32Array(4096).fill(EMPTY);
  #count = 0;
  /** sha512 digests are rare and go by text; their place in `#words` stays unused. */
  readonly #longIds = new Map<string, number>();
  readonly #longTexts = new Map<number, string>();
  readonly #probe = new Uint32Array(DIGEST_WORDS);

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
    hexToWords(hex, 0, this.#probe, 0);
    return this.internWords(this.#probe, 0);
  }

  /** As `intern`, from the eight words of a sha256 digest. */
  internWords(words: Uint32Array, at: number): number {
    const slot = this.#slotOf(words, at);
    const found = this.#slots[slot] ?? EMPTY;
    if (found !== EMPTY) return found;
    const id = this.#append();
    const part = this.#partOf(id);
    const base = (id & PART_MASK) * DIGEST_WORDS;
    for (let word = 0; word < DIGEST_WORDS; word++) part[base + word] = words[at + word] ?? 0;
    this.#slots[slot] = id;
    if (this.#count * 2 > this.#slots.length) this.#rehash();
    return id;
  }

  /** The digest's number, or -1 where it has none (or the text is not a digest). */
  find(digest: string): number {
    const parts = parseDigest(digest);
    if (parts === null) return EMPTY;
    if (parts.algorithm === "sha512") return this.#longIds.get(digest) ?? EMPTY;
    hexToWords(parts.hex, 0, this.#probe, 0);
    return this.#slots[this.#slotOf(this.#probe, 0)] ?? EMPTY;
  }

  /** The digest of a number. Throws a RangeError where the number was never given. */
  digestOf(id: number): string {
    if (id < 0 || id >= this.#count) throw new RangeError(`no digest has the number ${id}`);
    return this.#longTexts.get(id) ?? `sha256:${wordsToHex(this.#partOf(id), (id & PART_MASK) * DIGEST_WORDS)}`;
  }

  /** Writes a sha256 digest's eight words; false, and nothing written, where the number belongs to a sha512 digest. */
  copyWords(id: number, into: Uint32Array, at: number): boolean {
    if (this.isSha512(id)) return false;
    const part = this.#partOf(id);
    const base = (id & PART_MASK) * DIGEST_WORDS;
    for (let word = 0; word < DIGEST_WORDS; word++) into[at + word] = part[base + word] ?? 0;
    return true;
  }

  /** Whether the number belongs to a sha512 digest. */
  isSha512(id: number): boolean {
    return this.#longTexts.size > 0 && this.#longTexts.has(id);
  }

  #append(): number {
    const id = this.#count++;
    if (id >>> PART_BITS === this.#parts.length) this.#parts.push(new Uint32Array(DIGEST_WORDS << PART_BITS));
    return id;
  }

  #partOf(id: number): Uint32Array {
    return this.#parts[id >>> PART_BITS] ?? NO_PART;
  }

  #slotOf(words: Uint32Array, at: number): number {
    const mask = this.#slots.length - 1;
    let slot = firstSlot(words, at) & mask;
    for (;;) {
      const id = this.#slots[slot] ?? EMPTY;
      if (id === EMPTY || this.#equals(id, words, at)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #equals(id: number, words: Uint32Array, at: number): boolean {
    const part = this.#partOf(id);
    const base = (id & PART_MASK) * DIGEST_WORDS;
    for (let word = 0; word < DIGEST_WORDS; word++) if (part[base + word] !== words[at + word]) return false;
    return true;
  }

  #rehash(): void {
    this.#slots = new Int32Array(this.#slots.length * 2).fill(EMPTY);
    const mask = this.#slots.length - 1;
    for (let id = 0; id < this.#count; id++) {
      if (this.isSha512(id)) continue;
      let slot = firstSlot(this.#partOf(id), (id & PART_MASK) * DIGEST_WORDS) & mask;
      while (this.#slots[slot] !== EMPTY) slot = (slot + 1) & mask;
      this.#slots[slot] = id;
    }
  }
}

/** Digests are evenly spread already, but a manifest may name made-up ones: several words are mixed, so that alike ones are apart. */
function firstSlot(words: Uint32Array, at: number): number {
  let mixed = (words[at] ?? 0) ^ Math.imul(words[at + 3] ?? 0, 0x9e3779b1) ^ Math.imul(words[at + 7] ?? 0, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
  return mixed ^ (mixed >>> 13);
}
