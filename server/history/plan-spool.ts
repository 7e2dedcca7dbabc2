import { randomUUID } from "node:crypto";
import { writeSync } from "node:fs";
import { type FileHandle, open, unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { CopyWriter } from "@/server/platform/db/copy-writer";
import { itemHead, itemsIn, type PlannedRun, type PlanRow, type SpooledItems, writeItemRow } from "./plan-row-bytes";

/** A small plan never sees the disk. */
const MEMORY_BYTES_MAX = 8 * 1024 * 1024;

/**
 * The rows of a plan while their order, limits and sizes are not known yet: some 700 bytes each, the first of them in memory and the rest in a
 * file without a name, so that neither memory grows with them nor PostgreSQL writes them twice, and a worker that dies leaves nothing behind.
 */
export class PlanSpool {
  private readonly writer = new CopyWriter();
  private readonly held: SpooledItems[] = [];
  private heldBytes = 0;
  private isFull = false;
  private nextHeld = 0;
  private position = 0;

  private constructor(
    readonly run: PlannedRun,
    private readonly handle: FileHandle,
  ) {}

  /** The open file, by its number: threads of this process may add rows to it. */
  get file(): number {
    return this.handle.fd;
  }

  /** @throws where the temporary folder cannot be written */
  static async open(run: PlannedRun): Promise<PlanSpool> {
    const name = path.join(tmpdir(), `reclaim-plan-${randomUUID()}`);
    const file = await open(name, "wx+", 0o600);
    await unlink(name);
    return new PlanSpool(run, file);
  }

  /** Adds rows behind those that are there. One call at a time. @throws where the disk is full */
  async add(rows: readonly PlanRow[]): Promise<void> {
    const { bytes, starts } = itemsOf(rows, this.run, this.writer);
    if (this.isFull || this.heldBytes + bytes.length > MEMORY_BYTES_MAX) {
      this.isFull = true;
      await this.handle.appendFile(bytes);
    } else if (bytes.length > 0) {
      this.held.push({ bytes: Buffer.from(bytes), starts });
      this.heldBytes += bytes.length;
    }
  }

  /** All rows in their order, where the disk has none of them: instead of `next`. What threads add is never in memory. */
  takeAll(): SpooledItems[] | null {
    return this.isFull || this.held.length === 0 ? null : this.held.splice(0);
  }

  /**
   * The next rows in their order, as many whole ones as `room` has room for; null after the last. They may be changed, and lie in `room` or
   * where nobody else reads. One call at a time.
   */
  async next(room: Buffer): Promise<SpooledItems | null> {
    const held = this.held[this.nextHeld++];
    if (held !== undefined) return held;
    const { bytesRead } = await this.handle.read(room, 0, room.length, this.position);
    if (bytesRead === 0) return null;
    const { starts, end } = itemsIn(room.subarray(0, bytesRead));
    if (starts.length === 0 && bytesRead < room.length) throw new Error("a plan's file ends within a row");
    if (starts.length === 0) return this.next(Buffer.allocUnsafeSlow(2 * room.length));
    this.position += end;
    return { bytes: room.subarray(0, end), starts };
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}

/** Adds rows to the file of a spool, from a thread that does nothing else meanwhile. @throws where the disk is full */
export function writePlanRows(file: number, run: PlannedRun, rows: readonly PlanRow[], writer: CopyWriter): void {
  const { bytes } = itemsOf(rows, run, writer);
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
}

/** Valid until the writer is used again. */
function itemsOf(rows: readonly PlanRow[], run: PlannedRun, writer: CopyWriter): SpooledItems {
  const head = itemHead(run);
  const starts = rows.map((row) => {
    const start = writer.length;
    writeItemRow(writer, head, row);
    return start;
  });
  return { bytes: writer.take(), starts };
}
