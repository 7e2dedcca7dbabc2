import { randomUUID } from "node:crypto";
import { writeSync } from "node:fs";
import { type FileHandle, open, unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { CopyWriter } from "@/server/platform/db/copy-writer";
import { itemHead, itemsIn, type PlannedRun, type PlanRow, type SpooledItems, writeItemRow } from "./plan-row-bytes";

/** A small plan never sees the disk. */
const MEMORY_BYTES = 8 * 1024 * 1024;
/** More than a row takes, as a rule. */
const ROW_BYTES = 64 * 1024;

/**
 * The memory of a plan that ended, for the next one. Made anew for each, it would be most of what has the engine go through everything in the
 * middle of every third plan or so: what lies outside the heap counts as well, and is given back by nothing else.
 */
let spare: CopyWriter | null = null;

function takeMemory(): CopyWriter {
  const memory = spare ?? new CopyWriter(MEMORY_BYTES + ROW_BYTES);
  spare = null;
  return memory;
}

/**
 * The rows of a plan while their order, limits and sizes are not known yet: some 700 bytes each, those of a small plan in memory and all others
 * in a file without a name, so that neither memory grows with them nor PostgreSQL writes them twice, and a worker that dies leaves nothing behind.
 */
export class PlanSpool {
  private memory: CopyWriter | null = null;
  private readonly head: Buffer;
  /** Of the rows in memory. */
  private starts: number[] = [];
  private isOnDisk = false;
  private position = 0;

  private constructor(
    readonly run: PlannedRun,
    private readonly handle: FileHandle,
  ) {
    this.head = itemHead(run);
  }

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
    this.memory ??= takeMemory();
    const { memory, head } = this;
    for (const row of rows) {
      this.starts.push(memory.length);
      writeItemRow(memory, head, row);
      if (memory.length >= MEMORY_BYTES) await this.toDisk(memory);
    }
    if (this.isOnDisk) await this.toDisk(memory);
  }

  private async toDisk(memory: CopyWriter): Promise<void> {
    this.isOnDisk = true;
    this.starts = [];
    await this.handle.appendFile(memory.take());
  }

  /** All rows in their order, where the disk has none of them, as far as nobody took them: instead of `next`. What threads add is never in memory. */
  takeAll(): SpooledItems | null {
    const { memory, starts } = this;
    if (memory === null || this.isOnDisk || starts.length === 0) return null;
    this.starts = [];
    return { bytes: memory.take(), starts };
  }

  /**
   * The next rows in their order, as many whole ones as `room` has room for; null after the last. They may be changed, and lie in `room` or
   * where nobody else reads. One call at a time.
   */
  async next(room: Buffer): Promise<SpooledItems | null> {
    const held = this.takeAll();
    if (held !== null) return held;
    const { bytesRead } = await this.handle.read(room, 0, room.length, this.position);
    if (bytesRead === 0) return null;
    const { starts, end } = itemsIn(room.subarray(0, bytesRead));
    if (starts.length === 0 && bytesRead < room.length) throw new Error("a plan's file ends within a row");
    if (starts.length === 0) return this.next(Buffer.allocUnsafeSlow(2 * room.length));
    this.position += end;
    return { bytes: room.subarray(0, end), starts };
  }

  /** Says that nobody uses its rows any more: the next plan may have their memory. */
  giveBack(): void {
    const { memory } = this;
    this.memory = null;
    memory?.take();
    if (memory !== null && memory.capacity <= MEMORY_BYTES + ROW_BYTES) spare = memory;
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
