import { randomUUID } from "node:crypto";
import { writeSync } from "node:fs";
import { type FileHandle, open, unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type PlanRow, planRowText } from "./plan-row-text";

const READ_BYTES = 1024 * 1024;

/**
 * The rows of a plan while their order, limits and sizes are not known yet: some 700 bytes each, in a file without a name, so that neither
 * memory grows with them nor PostgreSQL writes them twice, and a worker that dies leaves nothing behind.
 */
export class PlanSpool {
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
    const lines = linesOf(rows);
    if (lines !== "") await this.handle.appendFile(lines);
  }

  /**
   * All rows in their order, some thousand at a time: lines of UTF-8 with their ends of line, each up to the next of `ends`. The bytes are
   * valid until the next batch is asked for.
   */
  async *batches(): AsyncGenerator<{ bytes: Buffer; ends: readonly number[] }> {
    let buffer = Buffer.allocUnsafe(READ_BYTES);
    // Of a line whose end is not read yet.
    let begun = 0;
    for (let position = 0; ; ) {
      if (begun === buffer.length) buffer = Buffer.concat([buffer], 2 * buffer.length);
      const { bytesRead } = await this.handle.read(buffer, begun, buffer.length - begun, position);
      if (bytesRead === 0) return;
      position += bytesRead;
      const bytes = buffer.subarray(0, begun + bytesRead);
      const ends = lineEnds(bytes);
      const last = ends.at(-1) ?? 0;
      if (last > 0) yield { bytes, ends };
      begun = bytes.length - last;
      buffer.copyWithin(0, last, bytes.length);
    }
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}

/** Adds rows to the file of a spool, from a thread that does nothing else meanwhile. @throws where the disk is full */
export function writePlanRows(file: number, rows: readonly PlanRow[]): void {
  const bytes = Buffer.from(linesOf(rows));
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
}

function linesOf(rows: readonly PlanRow[]): string {
  let lines = "";
  for (const row of rows) lines += `${planRowText(row)}\n`;
  return lines;
}

const LINE_FEED = 10;

function lineEnds(bytes: Buffer): number[] {
  const ends: number[] = [];
  for (let end = bytes.indexOf(LINE_FEED) + 1; end > 0; end = bytes.indexOf(LINE_FEED, end) + 1) ends.push(end);
  return ends;
}
