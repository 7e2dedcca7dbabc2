import { int32At, setInt32 } from "./big-endian";
import { CopiedRow } from "./copied-row";

const LENGTH_BYTES = 4;
/** Memory that grew beyond this is nobody else's. */
const SPARE_BYTES_MAX = 2 * 1024 * 1024;
const SPARES_MAX = 2;

/** Memory of those that were given back: made anew for each, it would bring nearer the moment at which the engine goes through everything. */
const spares: Buffer[] = [];
const NOTHING = Buffer.alloc(0);

/**
 * Rows that are read later, as they came: one piece of memory. Objects made of them at once would be copied by the engine's collector, which
 * takes longer than making them, for as long as they wait.
 */
export class KeptRows {
  private buffer: Buffer;
  private at = 0;
  private readonly row = new CopiedRow();

  constructor(firstBytes = 512 * 1024) {
    this.buffer = spares.pop() ?? Buffer.allocUnsafeSlow(firstBytes);
  }

  /** Keeps the columns of a row that were not read yet; answers its place. */
  keep(row: CopiedRow): number {
    const place = this.at;
    const start = place + LENGTH_BYTES;
    const end = start + row.restBytes;
    this.makeRoom(end);
    row.copyRest(this.buffer, start);
    setInt32(this.buffer, end - start, place);
    this.at = end;
    return place;
  }

  /** The row at a place, from the first column that was kept; valid until another one is asked for. */
  read(place: number): CopiedRow {
    const start = place + LENGTH_BYTES;
    this.row.openRest(this.buffer, start, start + int32At(this.buffer, place));
    return this.row;
  }

  /** Forgets all of them: their places mean nothing any more. */
  clear(): void {
    this.at = 0;
  }

  /** Forgets all of them for good: another one may have the memory. */
  end(): void {
    const { buffer } = this;
    this.at = 0;
    this.buffer = NOTHING;
    if (buffer.length > 0 && buffer.length <= SPARE_BYTES_MAX && spares.length < SPARES_MAX) spares.push(buffer);
  }

  private makeRoom(bytes: number): void {
    if (bytes <= this.buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(bytes, 2 * this.buffer.length));
    this.buffer.copy(larger, 0, 0, this.at);
    this.buffer = larger;
  }
}
