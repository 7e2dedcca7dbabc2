/** A growing list of small whole numbers in one typed array: four bytes an entry. */
export class IdList {
  #items = new Uint32Array(64);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Appends the number and returns its position. */
  push(item: number): number {
    if (this.#length === this.#items.length) {
      const grown = new Uint32Array(this.#items.length * 2);
      grown.set(this.#items);
      this.#items = grown;
    }
    this.#items[this.#length] = item;
    return this.#length++;
  }

  /** The numbers from one position to before another: a view, valid until the list grows. */
  slice(start: number, end: number): Uint32Array {
    return this.#items.subarray(start, Math.min(end, this.#length));
  }

  /** The number at a position. Throws a RangeError outside the list. */
  at(position: number): number {
    const item = position < this.#length ? this.#items[position] : undefined;
    if (item === undefined) throw new RangeError(`no entry ${position} in a list of ${this.#length}`);
    return item;
  }
}

/** A growing set of small whole numbers, one bit each. */
export class IdSet {
  #bits = new Uint32Array(64);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(id: number): boolean {
    return ((this.#bits[id >>> 5] ?? 0) & (1 << (id & 31))) !== 0;
  }

  /** Adds the number; false where it was there already. */
  add(id: number): boolean {
    const word = id >>> 5;
    if (word >= this.#bits.length) {
      const grown = new Uint32Array(Math.max(word + 1, this.#bits.length * 2));
      grown.set(this.#bits);
      this.#bits = grown;
    }
    const bit = 1 << (id & 31);
    const before = this.#bits[word] ?? 0;
    if ((before & bit) !== 0) return false;
    this.#bits[word] = before | bit;
    this.#size++;
    return true;
  }
}
