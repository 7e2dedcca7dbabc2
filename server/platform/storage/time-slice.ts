const SLICE_MS = 15;

/**
 * Lets heartbeats and cancels run between pieces of synchronous work. Synchronous file calls are several times cheaper than
 * promised ones for hundreds of thousands of small files, but they hold the event loop while they last.
 */
export class TimeSlice {
  #startedAt = performance.now();
  #breath: Promise<void> | null = null;

  constructor(private readonly signal?: AbortSignal | undefined) {}

  /** Whether it is time to `pause`. */
  get isOver(): boolean {
    return performance.now() - this.#startedAt > SLICE_MS;
  }

  /**
   * Gives the event loop a turn: one for all who share the slice. Each with its own, they would go on one after the other in the same
   * turn, for a slice each.
   */
  breathe(): Promise<void> {
    this.#breath ??= new Promise<void>((resolve) =>
      setImmediate(() => {
        this.#breath = null;
        this.#startedAt = performance.now();
        resolve();
      }),
    );
    return this.#breath;
  }

  /** Gives the event loop a turn, and throws the signal's reason where it was aborted. */
  async pause(): Promise<void> {
    await this.breathe();
    this.signal?.throwIfAborted();
  }
}
