const NULL_LENGTH = -1;
const SIGNATURE_START = 0x50; // "P" of PGCOPY; a row starts with its number of columns, which is never that high
const HEADER_BYTES = 19;
/** PostgreSQL counts microseconds from the year 2000. */
const EPOCH_2000_MS = 946_684_800_000;

/**
 * One row of a binary COPY, read column by column in their order. Valid until the next row comes: whatever is kept has to be copied.
 */
export class CopiedRow {
  private buffer: Buffer = Buffer.alloc(0);
  private at = 0;

  /** Starts to read a row; false at the end, which carries none. */
  open(message: Buffer): boolean {
    this.buffer = message;
    this.at = message[0] === SIGNATURE_START ? HEADER_BYTES : 0;
    const columns = message.readInt16BE(this.at);
    this.at += 2;
    return columns >= 0;
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

  int4(): number | null {
    const end = this.next();
    if (end < 0) return null;
    const value = this.buffer.readInt32BE(this.at);
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

  /** Steps over a length; answers where the column ends, below 0 for null. */
  private next(): number {
    const length = this.buffer.readInt32BE(this.at);
    this.at += 4;
    return length === NULL_LENGTH ? NULL_LENGTH : this.at + length;
  }
}

/** A timestamptz as its send function writes it, in epoch ms. */
export function readTime(buffer: Buffer, at: number): number {
  const micros = buffer.readInt32BE(at) * 2 ** 32 + buffer.readUInt32BE(at + 4);
  return Math.floor(micros / 1000) + EPOCH_2000_MS;
}
