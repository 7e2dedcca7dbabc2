import type { CopyWriter } from "@/server/platform/db/copy-writer";
import { leaveOutItem, type PlanRowNumbers, type SpooledItems, setItemNumbers } from "./plan-row-bytes";

/** What the end of planning says of one row; `leftOut`: why it is left for another run. */
export interface SettledNumbers extends PlanRowNumbers {
  leftOut: string | null;
}

/** Rows as they are copied, with their numbers. */
export interface ReadyRows {
  bytes: Buffer;
  count: number;
}

/** Rows that are all in memory, in the order of their ordinals: at its end an index grows twice as fast as all over it. */
export class OrderedItems {
  private given = 0;
  private readonly rows: { bytes: Buffer; start: number; end: number; numbers: SettledNumbers }[];

  /** Their ordinals are all numbers from 0 on. */
  constructor(parts: readonly SpooledItems[], numbersOf: (row: number) => SettledNumbers) {
    this.rows = new Array(parts.reduce((sum, { starts }) => sum + starts.length, 0));
    let row = 0;
    for (const { bytes, starts } of parts) {
      starts.forEach((start, at) => {
        const numbers = numbersOf(row++);
        this.rows[numbers.ordinal] = { bytes, start, end: starts[at + 1] ?? bytes.length, numbers };
      });
    }
  }

  get isEmpty(): boolean {
    return this.given >= this.rows.length;
  }

  /** The next ones, up to so many bytes and the rest of a row, valid until the writer is used again; null after the last. */
  next(writer: CopyWriter, bytesAtOnce: number): ReadyRows | null {
    const first = this.given;
    const starts: number[] = [];
    for (let row = this.rows[first]; row !== undefined && writer.length < bytesAtOnce; row = this.rows[++this.given]) {
      starts.push(writer.length);
      const { bytes, start, end, numbers } = row;
      if (numbers.leftOut === null) writer.columns(bytes, start, end);
      else leaveOutItem(writer, bytes, start, end, numbers.leftOut);
    }
    // Nobody would ever come to its end.
    if (starts.length === 0 && !this.isEmpty) throw new Error(`no item has the ordinal ${first}`);
    const ready = writer.take();
    starts.forEach((start, at) => {
      const row = this.rows[first + at];
      if (row) setItemNumbers(ready, start, row.numbers);
    });
    return starts.length === 0 ? null : { bytes: ready, count: starts.length };
  }
}
