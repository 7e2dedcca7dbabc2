import { randomUUID } from "node:crypto";
import { writeSync } from "node:fs";
import { type FileHandle, open, unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { CopyWriter } from "@/server/platform/db/copy-writer";
import { type PlanRow, writePlanRow } from "./plan-row-bytes";

const READ_BYTES = 1024 * 1024;
/** A small plan never sees the disk. */
const MEMORY_BYTES_MAX = 8 * 1024 * 1024;
const LENGTH_BYTES = 4;

/**
 * The rows of a plan while their order, limits and sizes are not known yet: some 600 bytes each, the first of them in memory and the rest in a
 * file without a name, so that neither memory grows with them nor PostgreSQL writes them twice, and a worker that dies leaves nothing behind.
 */
export class PlanSpool {
  private readonly writer = new CopyWriter();
  private readonly held: Buffer[] = [];
  private heldBytes = 0;
  private isFull = false;

  private constructor(private readonly handle: FileHandle) {}

  /** The open file, by its number: threads of this process may add rows to it. */
  get file(): number {
    return this.handle.fd;
  }

  /** @throws where the temporary folder cannot be written */
  static async open(): Promise<PlanSpool> {
    const name = path.join(tmpdir(), `reclaim-plan-${randomUUID()}`);
    const file = await open(name, "wx+", 0o600);
    await unlink(name);
    return new PlanSpool(file);
  }

  /** Adds rows behind those that are there. One call at a time. @throws where the disk is full */
  async add(rows: readonly PlanRow[]): Promise<void> {
    const bytes = bytesOf(rows, this.writer);
    if (this.isFull || this.heldBytes + bytes.length > MEMORY_BYTES_MAX) {
      this.isFull = true;
      await this.handle.appendFile(bytes);
    } else if (bytes.length > 0) {
      this.held.push(Buffer.from(bytes));
      this.heldBytes += bytes.length;
    }
  }

  /**
   * All rows in their order, some thousand at a time: `take` gets where the columns of each lie in `bytes`, which are valid until the next
   * batch is asked for.
   */
  async *batches(): AsyncGenerator<{ bytes: Buffer; rows: readonly { start: number; end: number }[] }> {
    for (const bytes of this.held) yield { bytes, rows: rowsIn(bytes) };
    let buffer = Buffer.allocUnsafe(READ_BYTES);
    // Of a row whose end is not read yet.
    let begun = 0;
    for (let position = 0; ; ) {
      if (begun === buffer.length) buffer = Buffer.concat([buffer], 2 * buffer.length);
      const { bytesRead } = await this.handle.read(buffer, begun, buffer.length - begun, position);
      if (bytesRead === 0) return;
      position += bytesRead;
      const bytes = buffer.subarray(0, begun + bytesRead);
      const rows = rowsIn(bytes);
      const last = rows.at(-1)?.end ?? 0;
      if (last > 0) yield { bytes, rows };
      begun = bytes.length - last;
      buffer.copyWithin(0, last, bytes.length);
    }
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}

/** Adds rows to the file of a spool, from a thread that does nothing else meanwhile. @throws where the disk is full */
export function writePlanRows(file: number, rows: readonly PlanRow[], writer: CopyWriter): void {
  const bytes = bytesOf(rows, writer);
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
}

/** Each row's columns with their length before them; valid until the writer is used again. */
function bytesOf(rows: readonly PlanRow[], writer: CopyWriter): Buffer {
  for (const row of rows) {
    const start = writer.open();
    writePlanRow(writer, row);
    writer.close(start);
  }
  return writer.take();
}

/** Where the columns of the whole rows of some bytes lie. */
function rowsIn(bytes: Buffer): { start: number; end: number }[] {
  const rows: { start: number; end: number }[] = [];
  for (let start = LENGTH_BYTES; start <= bytes.length; ) {
    const end = start + bytes.readInt32BE(start - LENGTH_BYTES);
    if (end > bytes.length) break;
    rows.push({ start, end });
    start = end + LENGTH_BYTES;
  }
  return rows;
}
