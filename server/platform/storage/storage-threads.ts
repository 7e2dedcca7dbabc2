import { availableParallelism } from "node:os";
import type { ResourceLimits, Worker } from "node:worker_threads";
import { startThread } from "../start-thread";
import { StorageReadError } from "./blob-storage";
import type { ThreadAnswer, ThreadJob, ThreadResults } from "./thread-jobs";

/** A thread takes a tenth of a second to start and some 10 MB: it is kept for a while. */
const IDLE_MS = 20_000;
/** Reading is bound by the processor. Removing waits for the file system, entry by entry: more of them wait side by side. */
export const READERS = Math.max(2, Math.min(8, availableParallelism()));
export const REMOVERS = 6;
/** Jobs are small, and what they make is handed over: much less than Node would let them grow to. */
const OF_READERS = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 512 };
const OF_REMOVERS = { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 128 };

type Waiting = {
  job: ThreadJob;
  resolve: (result: ThreadResults[keyof ThreadResults]) => void;
  reject: (error: unknown) => void;
};

/** Threads for one sort of work on storage that lies on this machine; started when there is work, ended when there is none. */
class StorageThreads {
  readonly #idle: Worker[] = [];
  readonly #waiting: Waiting[] = [];
  readonly #busy = new Map<Worker, Waiting>();
  #jobs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly most: number,
    private readonly limits: ResourceLimits,
  ) {}

  run(job: ThreadJob): Promise<ThreadResults[keyof ThreadResults]> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ job, resolve, reject });
      this.#dispatch();
    });
  }

  #dispatch(): void {
    while (this.#waiting.length > 0) {
      const thread = this.#idle.pop() ?? (this.#busy.size < this.most ? this.#start() : undefined);
      const next = thread && this.#waiting.shift();
      if (!thread || !next) return;
      clearTimeout(this.#timer);
      thread.ref();
      this.#busy.set(thread, next);
      thread.postMessage({ id: ++this.#jobs, job: next.job });
    }
  }

  #start(): Worker {
    const thread = startThread("filesystem-thread", import.meta.url, this.limits);
    thread.on("message", (answer: ThreadAnswer) => this.#answered(thread, answer));
    thread.on("error", (error) => this.#ended(thread, error));
    thread.on("exit", (code) => this.#ended(thread, new Error(`a thread ended with ${code}`)));
    return thread;
  }

  #answered(thread: Worker, answer: ThreadAnswer): void {
    const asked = this.#busy.get(thread);
    this.#busy.delete(thread);
    this.#idle.push(thread);
    thread.unref();
    if (answer.state === "done") asked?.resolve(answer.result);
    else if (answer.state === "stopped") asked?.reject(new Error("the work was stopped"));
    else if (answer.path === null) asked?.reject(new Error(answer.reason));
    else asked?.reject(new StorageReadError(answer.path, { cause: new Error(answer.reason) }));
    this.#dispatch();
    if (this.#busy.size === 0) this.#endWhenIdle();
  }

  #ended(thread: Worker, error: Error): void {
    const asked = this.#busy.get(thread);
    this.#busy.delete(thread);
    const at = this.#idle.indexOf(thread);
    if (at >= 0) this.#idle.splice(at, 1);
    asked?.reject(error);
    this.#dispatch();
  }

  #endWhenIdle(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.endIdle(), IDLE_MS).unref();
  }

  endIdle(): void {
    for (const thread of this.#idle.splice(0)) void thread.terminate();
  }
}

type Threads = { readers: StorageThreads; removers: StorageThreads };
const globals = globalThis as { reclaimThreads?: Threads };

/** Ends the threads that have nothing to do: each keeps what its jobs left behind for as long as it is there. */
export function endIdleThreads(): void {
  globals.reclaimThreads?.readers.endIdle();
  globals.reclaimThreads?.removers.endIdle();
}

/** Ends those that have read, and read nothing now: what is removed was read before, and those that remove it take their room. */
export function endIdleReaders(): void {
  globals.reclaimThreads?.readers.endIdle();
}

/** Has a thread do a job. @throws StorageReadError, Error "the work was stopped" where its gate was closed meanwhile */
export async function inThread<K extends ThreadJob["kind"]>(
  job: Extract<ThreadJob, { kind: K }>,
): Promise<ThreadResults[K]> {
  globals.reclaimThreads ??= {
    readers: new StorageThreads(READERS, OF_READERS),
    removers: new StorageThreads(REMOVERS, OF_REMOVERS),
  };
  const { readers, removers } = globals.reclaimThreads;
  return (await (job.kind === "remove" ? removers : readers).run(job)) as ThreadResults[K];
}
