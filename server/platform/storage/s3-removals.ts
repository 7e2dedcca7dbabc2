import { StorageWriteError } from "./blob-storage";
import type { S3Bucket } from "./s3-bucket";
import { s3Failure } from "./s3-failure";

const KEYS_PER_REQUEST = 1_000;
/** Removals that are asked for within this time go together. */
const GATHER_MS = 10;
/**
 * What was allowed so long ago is not sent any more: whoever asked for it made sure of its lease before, and a process that stood still
 * since may have lost it. Well below the time after which others take over.
 */
export const ALLOWED_MS = 4_000;

type Wanted = { key: string; askedAtMs: number; done: (error: Error | null) => void };

/** A removal was not sent because this process had stood still: its caller has to make sure that it may still remove. */
export class RemovalTooLate extends Error {
  override readonly name = "RemovalTooLate";
  constructor() {
    super("a removal waited for too long before it could be sent");
  }
}

/** Deletes objects, as many with one request as are asked for at about the same time. */
export class S3Removals {
  #waiting: Wanted[] = [];
  #timer: NodeJS.Timeout | null = null;

  constructor(private readonly bucket: S3Bucket) {}

  /**
   * Resolves when the object is gone, whether it was there or not: the store does not tell.
   * @throws StorageWriteError, RemovalTooLate (it may be there still)
   */
  remove(key: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = (error: Error | null) => (error === null ? resolve() : reject(error));
      this.#waiting.push({ key, askedAtMs: performance.now(), done });
      if (this.#waiting.length >= KEYS_PER_REQUEST) this.#flush();
      else this.#timer ??= setTimeout(() => this.#flush(), GATHER_MS);
    });
  }

  #flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const batch = this.#waiting.splice(0, KEYS_PER_REQUEST);
    if (batch.length > 0) void this.#send(batch);
    if (this.#waiting.length > 0) this.#timer = setTimeout(() => this.#flush(), GATHER_MS);
  }

  async #send(batch: readonly Wanted[]): Promise<void> {
    const earliest = batch.reduce((least, { askedAtMs }) => Math.min(least, askedAtMs), Number.POSITIVE_INFINITY);
    try {
      const failed = await this.bucket.delete([...new Set(batch.map(({ key }) => key))], () => {
        if (performance.now() - earliest > ALLOWED_MS) throw new RemovalTooLate();
      });
      for (const { key, done } of batch) {
        const why = failed.get(key);
        done(why === undefined ? null : new StorageWriteError(key, { cause: new Error(why) }));
      }
    } catch (error) {
      for (const { key, done } of batch) {
        if (error instanceof RemovalTooLate) done(error);
        else done(new StorageWriteError(key, { cause: new Error(s3Failure(error).text, { cause: error }) }));
      }
    }
  }
}
