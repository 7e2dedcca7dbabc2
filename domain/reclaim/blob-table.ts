/** The blobs of a table by number: halves of their keys, and sizes. */
export interface BlobColumns {
  lows: Uint32Array<ArrayBuffer>;
  highs: Uint32Array<ArrayBuffer>;
  sizes: Float64Array<ArrayBuffer>;
}

const FIRST_CAPACITY = 1024;
const NOTHING = -1;

/**
 * Numbers blobs by narrow keys of 64 bits, each once, in the order of their first sight: 24 bytes a blob, where a map of digests takes 200.
 * Keys must be evenly spread, as hashes are.
 */
export class BlobTable {
  private slots = new Int32Array(2 * FIRST_CAPACITY).fill(NOTHING);
  private lows = new Uint32Array(FIRST_CAPACITY);
  private highs = new Uint32Array(FIRST_CAPACITY);
  private sizes = new Float64Array(FIRST_CAPACITY);
  private blobs = 0;

  get count(): number {
    return this.blobs;
  }

  /** The number of a blob, given to it now where it has none. */
  add(low: number, high: number, sizeBytes: number): number {
    let slot = this.slotOf(low, high);
    const known = this.slots[slot] ?? NOTHING;
    if (known !== NOTHING) return known;
    if (this.blobs === this.lows.length) {
      this.grow();
      slot = this.slotOf(low, high);
    }
    const blob = this.blobs++;
    this.slots[slot] = blob;
    this.lows[blob] = low;
    this.highs[blob] = high;
    this.sizes[blob] = sizeBytes;
    return blob;
  }

  /** The number of a blob; undefined where it was never added. */
  find(low: number, high: number): number | undefined {
    const blob = this.slots[this.slotOf(low, high)] ?? NOTHING;
    return blob === NOTHING ? undefined : blob;
  }

  sizeOf(blob: number): number {
    return this.sizes[blob] ?? 0;
  }

  /** The key of a blob, as it was given. */
  keyOf(blob: number): { low: number; high: number } {
    return { low: this.lows[blob] ?? 0, high: this.highs[blob] ?? 0 };
  }

  /** All of it as plain columns, which a thread can hand over. */
  columns(): BlobColumns {
    const { lows, highs, sizes, blobs } = this;
    return { lows: lows.slice(0, blobs), highs: highs.slice(0, blobs), sizes: sizes.slice(0, blobs) };
  }

  /** Adds all of another table; answers the number here of each of its blobs. */
  addAll({ lows, highs, sizes }: BlobColumns): Int32Array {
    return Int32Array.from(lows, (low, at) => this.add(low, highs[at] ?? 0, sizes[at] ?? 0));
  }

  /** Where a key is, or would be put. */
  private slotOf(low: number, high: number): number {
    const mask = this.slots.length - 1;
    let slot = (low ^ Math.imul(high, 0x9e3779b1)) & mask;
    for (;;) {
      const blob = this.slots[slot] ?? NOTHING;
      if (blob === NOTHING || (this.lows[blob] === low && this.highs[blob] === high)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  private grow(): void {
    const capacity = this.lows.length * 2;
    this.lows = grown(this.lows, new Uint32Array(capacity));
    this.highs = grown(this.highs, new Uint32Array(capacity));
    this.sizes = grown(this.sizes, new Float64Array(capacity));
    // The old slots can go before the new ones come: they are filled from the keys.
    this.slots = new Int32Array(0);
    this.slots = new Int32Array(2 * capacity).fill(NOTHING);
    for (let blob = 0; blob < this.blobs; blob++) {
      this.slots[this.slotOf(this.lows[blob] ?? 0, this.highs[blob] ?? 0)] = blob;
    }
  }
}

/** A larger column with what a smaller one holds. */
export function grown<T extends Uint8Array | Int32Array | Uint32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
