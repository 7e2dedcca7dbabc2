const SLICE_MS = 15;

/**
 * Lets heartbeats and cancels run between pieces of synchronous work. Synchronous file calls are several times cheaper than
 * promised ones for hundreds of thousands of small files, but they hold the event loop while they last.
 */
export class TimeSlice {
  #startedAt = performance.now();

  constructor(private readonly signal?: AbortSignal | undefined) {}

  /** Whether it is time to `pause`. */
  get isOver(): boolean {
    return performance.now() - this.#startedAt > SLICE_MS;
  }

  /** Gives the event loop a turn. */
  async breathe(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.#startedAt = performance.now();
  }

  /** Gives the event loop a turn, and throws the signal's reason where it was aborted. */
  async pause(): Promise<void> {
    await this.breathe();
    this.signal?.throwIfAborted();
  }
}
