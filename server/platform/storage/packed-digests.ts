const HEX_BYTES = 32;

/** A growing list of sha256 digests with a size and a time each: 48 bytes an entry, where a string of one alone takes twice that. */
export class PackedDigests {
  #hex: Buffer;
  #sizes: Float64Array;
  #times: Float64Array;
  #length = 0;

  constructor(capacity = 4) {
    this.#hex = Buffer.alloc(capacity * HEX_BYTES);
    this.#sizes = new Float64Array(capacity);
    this.#times = new Float64Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  push(hex: string, sizeBytes: number, modifiedAtMs: number): void {
    if (this.#length === this.#sizes.length) this.#grow();
    this.#hex.write(hex, this.#length * HEX_BYTES, "hex");
    this.#sizes[this.#length] = sizeBytes;
    this.#times[this.#length] = modifiedAtMs;
    this.#length++;
  }

  hexAt(at: number): string {
    return this.#hex.toString("hex", at * HEX_BYTES, (at + 1) * HEX_BYTES);
  }

  sizeAt(at: number): number {
    return this.#sizes[at] ?? 0;
  }

  timeAt(at: number): number {
    return this.#times[at] ?? 0;
  }

  /** Where a digest is, or -1. The list has to be in order, as listings are. */
  find(hex: string): number {
    const wanted = Buffer.from(hex, "hex");
    let [low, high] = [0, this.#length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const from = middle * HEX_BYTES;
      const order = this.#hex.compare(wanted, 0, HEX_BYTES, from, from + HEX_BYTES);
      if (order === 0) return middle;
      if (order < 0) low = middle + 1;
      else high = middle;
    }
    return -1;
  }

  #grow(): void {
    const capacity = Math.max(8, this.#sizes.length * 2);
    const hex = Buffer.alloc(capacity * HEX_BYTES);
    this.#hex.copy(hex);
    const [sizes, times] = [new Float64Array(capacity), new Float64Array(capacity)];
    sizes.set(this.#sizes);
    times.set(this.#times);
    [this.#hex, this.#sizes, this.#times] = [hex, sizes, times];
  }
}
