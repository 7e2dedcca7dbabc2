import { randomUUID } from "node:crypto";
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
  private constructor(private readonly file: FileHandle) {}

  /** @throws where the temporary folder cannot be written */
  static async open(): Promise<PlanSpool> {
    const name = path.join(tmpdir(), `reclaim-plan-${randomUUID()}`);
    const file = await open(name, "wx+", 0o600);
    await unlink(name);
    return new PlanSpool(file);
  }

  /** Adds rows behind those that are there. One call at a time. @throws where the disk is full */
  async add(rows: readonly PlanRow[]): Promise<void> {
    let lines = "";
    for (const row of rows) lines += `${planRowText(row)}\n`;
    if (lines !== "") await this.file.appendFile(lines);
  }

  /** All rows in their order, some thousand at a time: lines without their ends, their bytes as latin1. */
  async *batches(): AsyncGenerator<string[]> {
    const buffer = Buffer.allocUnsafe(READ_BYTES);
    let rest = "";
    for (let position = 0; ; ) {
      const { bytesRead } = await this.file.read(buffer, 0, READ_BYTES, position);
      if (bytesRead === 0) return;
      position += bytesRead;
      const lines = (rest + buffer.toString("latin1", 0, bytesRead)).split("\n");
      rest = lines.pop() ?? "";
      yield lines;
    }
  }

  close(): Promise<void> {
    return this.file.close();
  }
}
