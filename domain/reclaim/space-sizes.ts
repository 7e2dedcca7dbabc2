import { type BlobTable, grown } from "./blob-table";

/** Nothing known of it yet. */
const NONE = -1;
/** More than one row has it, or something that stays. */
const HELD = -2;

/** One row of a repository, as sizes see it. */
interface SizedRow {
  row: number;
  order: number;
  nodes: readonly { at: number; stays: boolean }[];
  /** Its manifests go, within the share of their repository. */
  isTaken: boolean;
  /** False for what only loses tags: it has no size. */
  isSized: boolean;
}

/** The blobs of the manifests of a repository, by number: those of the manifest at a position are `ids` from its start to its end. */
export interface BlobLists {
  ids: Int32Array;
  starts: Int32Array;
  ends: Int32Array;
}

/** By blob: lastRow and onlyRow; by row: logical and orders. */
export interface SizeColumns {
  lastRow: Int32Array<ArrayBuffer>;
  onlyRow: Int32Array<ArrayBuffer>;
  logical: Float64Array<ArrayBuffer>;
  orders: Float64Array<ArrayBuffer>;
}

/**
 * Exact sizes over a selection of any size, taken repository by repository: of each blob it knows the last row that frees it and the only
 * row that has it, and nothing else. A blob is freed where every manifest that refers to it goes.
 */
export class SpaceSizes {
  /** By blob: the last row that takes it (HELD: something that stays has it), and the one row that has it at all. */
  private lastRow = new Int32Array(1024).fill(NONE);
  private onlyRow = new Int32Array(1024).fill(NONE);
  /** By blob: the row that counted it last. */
  private countedBy = new Int32Array(1024).fill(NONE);
  /** By row. */
  private logical = new Float64Array(1024);
  private orders = new Float64Array(1024);

  constructor(private readonly blobs: BlobTable) {}

  /** Takes the rows of a repository with the blobs of all its manifests. */
  add(rows: readonly SizedRow[], { ids, starts, ends }: BlobLists): void {
    const manifestCount = starts.length;
    this.makeRoom((rows.at(-1)?.row ?? 0) + 1);
    // By manifest: the row that removes it, and the one row that it belongs to.
    const takenBy = new Int32Array(manifestCount).fill(NONE);
    const ownedBy = new Int32Array(manifestCount).fill(NONE);
    for (const { row, order, nodes, isTaken, isSized } of rows) {
      if (!isSized) continue;
      let logical = 0;
      for (const { at, stays } of nodes) {
        if (isTaken && !stays) takenBy[at] = row;
        ownedBy[at] = ownedBy[at] === NONE && !stays ? row : HELD;
        for (let index = starts[at] ?? 0; index < (ends[at] ?? 0); index++) {
          const blob = ids[index] ?? 0;
          if (this.countedBy[blob] === row) continue;
          this.countedBy[blob] = row;
          logical += this.blobs.sizeOf(blob);
        }
      }
      this.logical[row] = logical;
      this.orders[row] = order;
    }
    for (let at = 0; at < manifestCount; at++) {
      const owner = ownedBy[at] ?? NONE;
      const taker = takenBy[at] ?? NONE;
      for (let index = starts[at] ?? 0; index < (ends[at] ?? 0); index++) {
        const blob = ids[index] ?? 0;
        this.own(blob, owner);
        this.take(blob, taker);
      }
    }
  }

  /** All of it as plain columns, which a thread can hand over. */
  columns(rowCount: number): SizeColumns {
    const { count } = this.blobs;
    return {
      lastRow: this.lastRow.slice(0, count),
      onlyRow: this.onlyRow.slice(0, count),
      logical: this.logical.slice(0, rowCount),
      orders: this.orders.slice(0, rowCount),
    };
  }

  /** Takes over sizes of repositories that come after all that were taken so far: their rows from `first` on, their blobs by `numbers`. */
  addAll({ lastRow, onlyRow, logical, orders }: SizeColumns, first: number, numbers: Int32Array): void {
    this.makeRoom(first + logical.length);
    this.logical.set(logical, first);
    this.orders.set(orders, first);
    for (const [at, blob] of numbers.entries()) {
      const last = lastRow[at] ?? NONE;
      const only = onlyRow[at] ?? NONE;
      if (last !== NONE) this.take(blob, last < 0 ? last : last + first);
      if (only !== NONE) this.own(blob, only < 0 ? only : only + first);
    }
  }

  /** Bytes of a row and its members, each blob once. */
  logicalOf(row: number): number {
    return this.logical[row] ?? 0;
  }

  /** Blobs that some row might free. */
  *openBlobs(): Generator<number> {
    for (let blob = 0; blob < this.blobs.count; blob++) {
      if ((this.lastRow[blob] ?? NONE) >= 0 || (this.onlyRow[blob] ?? NONE) >= 0) yield blob;
    }
  }

  /** By row: bytes that are freed with it where all planned rows go, and those that are freed where it goes alone. */
  measure(
    rowCount: number,
    isPlanned: (row: number) => boolean,
    isHeld: (blob: number) => boolean,
  ): { unique: Float64Array; own: Float64Array } {
    const unique = new Float64Array(rowCount);
    const own = new Float64Array(rowCount);
    for (let blob = 0; blob < this.blobs.count; blob++) {
      const last = this.lastRow[blob] ?? NONE;
      const only = this.onlyRow[blob] ?? NONE;
      if ((last < 0 && only < 0) || isHeld(blob)) continue;
      const sizeBytes = this.blobs.sizeOf(blob);
      // Rows beyond a limit come last: where the last one goes, those before it do.
      if (last >= 0 && isPlanned(last)) unique[last] = (unique[last] ?? 0) + sizeBytes;
      if (only >= 0) own[only] = (own[only] ?? 0) + sizeBytes;
    }
    return { unique, own };
  }

  private own(blob: number, row: number): void {
    const known = this.onlyRow[blob] ?? NONE;
    // A manifest that belongs to no row, or to several, stays where one of them goes alone.
    this.onlyRow[blob] = row >= 0 && (known === NONE || known === row) ? row : HELD;
  }

  private take(blob: number, row: number): void {
    const last = this.lastRow[blob] ?? NONE;
    if (last === HELD) return;
    if (row < 0) {
      this.lastRow[blob] = HELD;
      return;
    }
    if (last === NONE || this.isLater(row, last)) this.lastRow[blob] = row;
  }

  private isLater(row: number, other: number): boolean {
    const order = this.orders[row] ?? 0;
    const otherOrder = this.orders[other] ?? 0;
    return order > otherOrder || (order === otherOrder && row > other);
  }

  private makeRoom(rowCount: number): void {
    if (rowCount > this.logical.length) {
      this.logical = grown(this.logical, new Float64Array(2 * rowCount));
      this.orders = grown(this.orders, new Float64Array(2 * rowCount));
    }
    const { length } = this.lastRow;
    if (this.blobs.count <= length) return;
    const capacity = Math.max(this.blobs.count, 2 * length);
    this.lastRow = grown(this.lastRow, new Int32Array(capacity).fill(NONE));
    this.onlyRow = grown(this.onlyRow, new Int32Array(capacity).fill(NONE));
    this.countedBy = grown(this.countedBy, new Int32Array(capacity).fill(NONE));
  }
}
