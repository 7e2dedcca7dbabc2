const STOP = 0;
const VALID_UNTIL = 1;

/**
 * What threads ask before they touch anything: whether they were told to stop, and whether this process may still act. Both sides see
 * it at once. A process that stood still finds its time over when it wakes up, before it has heard of anything else.
 */
export class ThreadGate {
  readonly #stop: Int32Array;
  readonly #times: Float64Array;

  constructor(readonly shared: SharedArrayBuffer = ThreadGate.closedOnceStopped()) {
    this.#stop = new Int32Array(shared, 0, 1);
    this.#times = new Float64Array(shared, 8, 1);
  }

  private static closedOnceStopped(): SharedArrayBuffer {
    const shared = new SharedArrayBuffer(8 * (VALID_UNTIL + 1));
    new Float64Array(shared, 8, 1)[0] = Number.POSITIVE_INFINITY;
    return shared;
  }

  /** For good. */
  stop(): void {
    Atomics.store(this.#stop, STOP, 1);
  }

  /** Open until then (epoch ms), if it is not stopped before. */
  openUntil(atMs: number): void {
    this.#times[0] = atMs;
  }

  get isStopped(): boolean {
    return Atomics.load(this.#stop, STOP) === 1;
  }

  get isOpen(): boolean {
    return !this.isStopped && Date.now() < (this.#times[0] ?? 0);
  }
}
