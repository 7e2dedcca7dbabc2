const STOPPED = 0;
const OPEN_UNTIL = 1;
const FOR_EVER = 2n ** 62n;

/**
 * What threads ask before they touch anything: whether they were told to stop, and whether this process may still act. Both sides see
 * it at once. A process that stood still finds its time over when it wakes up, before it has heard of anything else.
 */
export class ThreadGate {
  readonly #state: BigInt64Array;

  /** Without anything shared: a new one, that is open until somebody says otherwise. */
  constructor(readonly shared: SharedArrayBuffer = newlyOpened()) {
    this.#state = new BigInt64Array(shared);
  }

  /** For good. */
  stop(): void {
    Atomics.store(this.#state, STOPPED, 1n);
  }

  /** Open until then (epoch ms), if it is not stopped before. */
  openUntil(atMs: number): void {
    Atomics.store(this.#state, OPEN_UNTIL, BigInt(Math.floor(atMs)));
  }

  get isStopped(): boolean {
    return Atomics.load(this.#state, STOPPED) !== 0n;
  }

  get isOpen(): boolean {
    return !this.isStopped && BigInt(Date.now()) < Atomics.load(this.#state, OPEN_UNTIL);
  }
}

function newlyOpened(): SharedArrayBuffer {
  const shared = new SharedArrayBuffer(2 * BigInt64Array.BYTES_PER_ELEMENT);
  new BigInt64Array(shared)[OPEN_UNTIL] = FOR_EVER;
  return shared;
}
