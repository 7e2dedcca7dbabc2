/** A sha256 digest takes eight words of 32 bits, the first hex digits in the highest bits of the first word. */
export const DIGEST_WORDS = 8;
const HEX_DIGITS = DIGEST_WORDS * 8;

const NO_DIGIT = 255;
const DIGIT_OF = new Uint8Array(128).fill(NO_DIGIT);
for (let value = 0; value < 16; value++) DIGIT_OF[value.toString(16).charCodeAt(0)] = value;

/** Writes the 64 lower-case hex digits that begin at `from` into eight words at `at`; false (words are then undefined) where they are none. */
export function hexToWords(text: string, from: number, words: Uint32Array, at: number): boolean {
  if (text.length < from + HEX_DIGITS) return false;
  let wrong = 0;
  for (let word = 0; word < DIGEST_WORDS; word++) {
    let value = 0;
    const start = from + word * 8;
    for (let digit = 0; digit < 8; digit++) {
      const code = text.charCodeAt(start + digit);
      const nibble = code < 128 ? (DIGIT_OF[code] ?? NO_DIGIT) : NO_DIGIT;
      wrong |= nibble & 0xf0;
      value = (value << 4) | (nibble & 0xf);
    }
    words[at + word] = value;
  }
  return wrong === 0;
}

/** As `hexToWords`, where the text is exactly a sha256 digest with its prefix. */
export function digestToWords(digest: string, words: Uint32Array, at: number): boolean {
  return digest.length === 7 + HEX_DIGITS && digest.startsWith("sha256:") && hexToWords(digest, 7, words, at);
}

const HEX_OF_BYTE = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** The hex digits of eight words. */
export function wordsToHex(words: Uint32Array, at: number): string {
  let hex = "";
  for (let i = at; i < at + DIGEST_WORDS; i++) {
    const word = words[i] ?? 0;
    for (let shift = 24; shift >= 0; shift -= 8) hex += HEX_OF_BYTE[(word >>> shift) & 0xff] ?? "";
  }
  return hex;
}

/** A growing list of words; what it hands out is a copy of its own length. */
export class WordList {
  #words = new Uint32Array(256);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(word: number): void {
    if (this.#length === this.#words.length) this.#grow(1);
    this.#words[this.#length++] = word;
  }

  /** Appends a digest by its 64 hex digits; false, and nothing appended, where they are none. */
  pushHex(text: string, from = 0): boolean {
    if (this.#length + DIGEST_WORDS > this.#words.length) this.#grow(DIGEST_WORDS);
    if (!hexToWords(text, from, this.#words, this.#length)) return false;
    this.#length += DIGEST_WORDS;
    return true;
  }

  pushAll(words: Uint32Array): void {
    if (this.#length + words.length > this.#words.length) this.#grow(words.length);
    this.#words.set(words, this.#length);
    this.#length += words.length;
  }

  toArray(): Uint32Array<ArrayBuffer> {
    return this.#words.slice(0, this.#length);
  }

  #grow(by: number): void {
    const grown = new Uint32Array(Math.max(this.#words.length * 2, this.#length + by));
    grown.set(this.#words.subarray(0, this.#length));
    this.#words = grown;
  }
}
