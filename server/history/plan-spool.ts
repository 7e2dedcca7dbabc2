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

  /** All rows in their order, some thousand at a time: lines without their ends, their bytes as latin1. */
  async *batches(): AsyncGenerator<string[]> {
    const buffer = Buffer.allocUnsafe(READ_BYTES);
    let rest = "";
    for (let position = 0; ; ) {
      const { bytesRead } = await this.handle.read(buffer, 0, READ_BYTES, position);
      if (bytesRead === 0) return;
      position += bytesRead;
      const lines = (rest + buffer.toString("latin1", 0, bytesRead)).split("\n");
      rest = lines.pop() ?? "";
      yield lines;
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
