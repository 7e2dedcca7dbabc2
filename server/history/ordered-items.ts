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

const NO_ROW = -1;

/** Rows that are all in memory, in the order of their ordinals: at its end an index grows twice as fast as all over it. */
export class OrderedItems {
  private given = 0;
  /** By ordinal: which row has it. An object for each row would outlive what a plan otherwise leaves behind. */
  private readonly rows: Int32Array;

  /** Their ordinals are all numbers from 0 on. */
  constructor(
    private readonly items: SpooledItems,
    private readonly numbersOf: (row: number) => SettledNumbers,
  ) {
    this.rows = new Int32Array(items.starts.length).fill(NO_ROW);
    for (let row = 0; row < this.rows.length; row++) this.rows[numbersOf(row).ordinal] = row;
  }

  get isEmpty(): boolean {
    return this.given >= this.rows.length;
  }

  /**
   * The next ones, up to so many bytes and the rest of a row, valid until the writer is used again; null after the last.
   * @throws where no row has the next ordinal: nobody would ever come to the end
   */
  next(writer: CopyWriter, bytesAtOnce: number): ReadyRows | null {
    const first = this.given;
    const starts: number[] = [];
    while (!this.isEmpty && writer.length < bytesAtOnce) {
      starts.push(writer.length);
      this.write(writer, this.given++);
    }
    const ready = writer.take();
    starts.forEach((start, at) => {
      setItemNumbers(ready, start, this.numbersOf(this.rows[first + at] ?? NO_ROW));
    });
    return starts.length === 0 ? null : { bytes: ready, count: starts.length };
  }

  private write(writer: CopyWriter, ordinal: number): void {
    const row = this.rows[ordinal] ?? NO_ROW;
    if (row === NO_ROW) throw new Error(`no item has the ordinal ${ordinal}`);
    const { bytes, starts } = this.items;
    const start = starts[row] ?? 0;
    const end = starts[row + 1] ?? bytes.length;
    const { leftOut } = this.numbersOf(row);
    if (leftOut === null) writer.columns(bytes, start, end);
    else leaveOutItem(writer, bytes, start, end, leftOut);
  }
}
