import { int32At, uint32At } from "./big-endian";

const NULL_LENGTH = -1;
const SIGNATURE_START = 0x50; // "P" of PGCOPY; a row starts with its number of columns, which is never that high
const HEADER_BYTES = 19;
/** PostgreSQL counts microseconds from the year 2000. */
export const EPOCH_2000_MS = 946_684_800_000;

/**
 * One row of a binary COPY, read column by column in their order. Valid until the next row comes: whatever is kept has to be copied.
 */
export class CopiedRow {
  /** The row, and where in it the column lies that `column` stepped over. */
  buffer: Buffer = Buffer.alloc(0);
  start = 0;
  end = 0;
  private at = 0;
  private limit = 0;

  /** Starts to read a row; false at the end, which carries none. */
  open(message: Buffer): boolean {
    this.buffer = message;
    this.limit = message.length;
    this.at = message[0] === SIGNATURE_START ? HEADER_BYTES : 0;
    const columns = message.readInt16BE(this.at);
    this.at += 2;
    return columns >= 0;
  }

  /** Starts to read what `copyRest` copied. */
  openRest(buffer: Buffer, start: number, end: number): void {
    this.buffer = buffer;
    this.at = start;
    this.limit = end;
  }

  /** Bytes of the columns that were not read yet. */
  get restBytes(): number {
    return this.limit - this.at;
  }

  /** Copies the columns that were not read yet. */
  copyRest(to: Buffer, at: number): void {
    this.buffer.copy(to, at, this.at, this.limit);
  }

  text(): string | null {
    const end = this.next();
    if (end < 0) return null;
    const text = this.buffer.toString("utf8", this.at, end);
    this.at = end;
    return text;
  }

  /** A text that is known to be ASCII: digests, media types, our own words. */
  ascii(): string | null {
    const end = this.next();
    if (end < 0) return null;
    const text = this.buffer.toString("latin1", this.at, end);
    this.at = end;
    return text;
  }

  /** An ASCII text that comes again and again: as a rule no new one is made. */
  word(words: Words): string | null {
    const end = this.next();
    if (end < 0) return null;
    const text = words.read(this.buffer, this.at, end);
    this.at = end;
    return text;
  }

  int4(): number | null {
    const end = this.next();
    if (end < 0) return null;
    const value = int32At(this.buffer, this.at);
    this.at = end;
    return value;
  }

  flag(): boolean {
    const end = this.next();
    const value = end >= 0 && this.buffer[this.at] === 1;
    if (end >= 0) this.at = end;
    return value;
  }

  /** A timestamptz, in epoch ms. */
  time(): number | null {
    const end = this.next();
    if (end < 0) return null;
    const value = readTime(this.buffer, this.at);
    this.at = end;
    return value;
  }

  /** A bytea; a view that is overwritten by the next row. Empty for null. */
  bytes(): Buffer {
    const end = this.next();
    if (end < 0) return this.buffer.subarray(0, 0);
    const bytes = this.buffer.subarray(this.at, end);
    this.at = end;
    return bytes;
  }

  /** Steps over a bytea, which is `buffer` from `start` to `end` then: where many are read, a view of each is much of the work. Null is empty. */
  column(): void {
    const end = this.next();
    this.start = this.at;
    this.end = end < 0 ? this.at : end;
    this.at = this.end;
  }

  /** Steps over a length; answers where the column ends, below 0 for null. */
  private next(): number {
    this.at += 4;
    // Beyond the row are another one's bytes.
    const length = this.at > this.limit ? this.limit : int32At(this.buffer, this.at - 4);
    if (this.at + length > this.limit) throw new RangeError("a row has fewer columns than are read");
    return length === NULL_LENGTH ? NULL_LENGTH : this.at + length;
  }
}

/** The few texts of a column: a million rows that say one of them share it. */
export class Words {
  private readonly known: string[] = [];
  private oldest = 0;

  /** So many are kept, the latest. */
  constructor(private readonly capacity: number) {}

  /** The text of some bytes, which are ASCII. */
  read(buffer: Buffer, start: number, end: number): string {
    for (const word of this.known) if (isWord(word, buffer, start, end)) return word;
    const word = buffer.toString("latin1", start, end);
    this.known[this.oldest] = word;
    this.oldest = (this.oldest + 1) % this.capacity;
    return word;
  }
}

function isWord(word: string, buffer: Buffer, start: number, end: number): boolean {
  if (word.length !== end - start) return false;
  // From the end: media types and identifiers begin alike.
  for (let at = word.length - 1; at >= 0; at--) if (word.charCodeAt(at) !== buffer[start + at]) return false;
  return true;
}

/** A timestamptz as its send function writes it, in epoch ms. */
export function readTime(buffer: Buffer, at: number): number {
  const micros = int32At(buffer, at) * 2 ** 32 + uint32At(buffer, at + 4);
  return Math.floor(micros / 1000) + EPOCH_2000_MS;
}
