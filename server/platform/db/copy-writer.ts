import { setInt32 } from "./big-endian";
import { EPOCH_2000_MS } from "./copied-row";

const NULL_LENGTH = -1;
const JSONB_VERSION = 1;
const TEXT_OID = 25;
/** Before the elements of an array: number of dimensions, whether one is null, their type, how many there are, the number of the first. */
const ARRAY_HEADER_BYTES = 20;
const UTF8_BYTES_MAX = 3;
/** Texts up to this are written letter by letter, which takes less than a call. */
const SHORT_TEXT = 24;
const SIGNATURE = Buffer.from("PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0", "latin1");
const END = Buffer.from([0xff, 0xff]);

/** What a binary COPY begins and ends with; its rows are between them. */
export const COPY_FRAME = { start: SIGNATURE, end: END } as const;

/** Writes the value of a bigint, which takes 8 bytes; answers where it ends. */
export function writeInt8(buffer: Buffer, value: number, at: number): number {
  const high = Math.floor(value / 2 ** 32);
  setInt32(buffer, high, at);
  setInt32(buffer, value - high * 2 ** 32, at + 4);
  return at + 8;
}

/** Rows of a binary COPY, column by column in their order: no text is made of a number or a time, nor read again by the server. */
export class CopyWriter {
  private buffer: Buffer;
  private at = 0;

  constructor(firstBytes = 64 * 1024) {
    this.buffer = Buffer.allocUnsafeSlow(firstBytes);
  }

  /** Bytes written so far. */
  get length(): number {
    return this.at;
  }

  /** Bytes that it has room for before it has to grow. */
  get capacity(): number {
    return this.buffer.length;
  }

  /** Everything written so far, and forgets it: valid until the next is written. */
  take(): Buffer {
    const bytes = this.buffer.subarray(0, this.at);
    this.at = 0;
    return bytes;
  }

  /** A row starts with how many columns it has. */
  row(columns: number): void {
    this.room(2);
    this.at = this.buffer.writeInt16BE(columns, this.at);
  }

  text(value: string | null): void {
    if (value === null) {
      this.null();
      return;
    }
    this.room(4 + value.length * UTF8_BYTES_MAX);
    const start = this.open();
    this.characters(value);
    this.close(start);
  }

  /** For a jsonb: a text that is JSON. */
  jsonb(json: string): void {
    this.room(5 + json.length * UTF8_BYTES_MAX);
    const start = this.open();
    this.buffer[this.at++] = JSONB_VERSION;
    this.characters(json);
    this.close(start);
  }

  /** @throws RangeError where it is no whole number of 32 bits */
  int4(value: number): void {
    if ((value | 0) !== value) throw new RangeError(`${value} is no whole number for a column`);
    this.room(8);
    this.word(4);
    this.word(value);
  }

  /** @throws RangeError where it is no whole number within 2^53 of zero */
  int8(value: number): void {
    if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is no whole number for a column`);
    this.wide(value);
  }

  private wide(value: number): void {
    this.room(12);
    this.word(8);
    this.at = writeInt8(this.buffer, value, this.at);
  }

  /** A timestamptz from epoch ms. */
  time(ms: number | null): void {
    if (ms === null) this.null();
    // Beyond the year 2223 no longer exact to the microsecond: columns keep milliseconds.
    else this.wide((ms - EPOCH_2000_MS) * 1000);
  }

  /** A text[] without nulls. */
  texts(values: readonly string[]): void {
    let bytes = 4 + ARRAY_HEADER_BYTES;
    for (const value of values) bytes += 4 + value.length * UTF8_BYTES_MAX;
    this.room(bytes);
    const start = this.open();
    this.word(values.length === 0 ? 0 : 1);
    this.word(0);
    this.word(TEXT_OID);
    if (values.length > 0) {
      this.word(values.length);
      this.word(1);
    }
    for (const value of values) {
      const from = this.open();
      this.characters(value);
      this.close(from);
    }
    this.close(start);
  }

  /** Columns that were written before, as they are. */
  columns(bytes: Buffer, start: number, end: number): void {
    this.room(end - start);
    this.at += bytes.copy(this.buffer, this.at, start, end);
  }

  /** The last column, which started at `start`, once more. */
  again(start: number): void {
    const end = this.at;
    this.room(end - start);
    this.at += this.buffer.copy(this.buffer, end, start, end);
  }

  null(): void {
    this.room(4);
    this.word(NULL_LENGTH);
  }

  /** Leaves a place for the length of what is written until `close`. */
  open(): number {
    this.room(4);
    const start = this.at;
    this.at += 4;
    return start;
  }

  close(start: number): void {
    setInt32(this.buffer, this.at - start - 4, start);
  }

  /** Four bytes, for which there is room. */
  private word(value: number): void {
    setInt32(this.buffer, value, this.at);
    this.at += 4;
  }

  private characters(text: string): void {
    if (text.length <= SHORT_TEXT && this.isAsciiWritten(text)) return;
    this.at += this.buffer.write(text, this.at, "utf8");
  }

  private isAsciiWritten(text: string): boolean {
    const { buffer, at } = this;
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      if (code > 127) return false;
      buffer[at + index] = code;
    }
    this.at += text.length;
    return true;
  }

  private room(bytes: number): void {
    if (this.at + bytes <= this.buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.at + bytes, 2 * this.buffer.length));
    this.buffer.copy(larger, 0, 0, this.at);
    this.buffer = larger;
  }
}
