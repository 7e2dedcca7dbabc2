import { availableParallelism } from "node:os";
import type { Worker } from "node:worker_threads";
import { startThread } from "../start-thread";
import { StorageReadError } from "./blob-storage";
import type { ThreadAnswer, ThreadJob, ThreadResults } from "./thread-jobs";

/** A thread takes a tenth of a second to start and some 15 MB: it is kept for a while. */
const IDLE_MS = 20_000;
const THREADS_MAX = Math.max(4, Math.min(8, availableParallelism()));
/** As many read at once: reading is bound by the processor. Removing is bound by the disk's journal, and takes them all. */
export const READERS = Math.max(2, Math.min(THREADS_MAX, availableParallelism()));
export const REMOVERS = THREADS_MAX;
/** Jobs are small, and what they make is handed over: much less than Node would let them grow to. */
const LIMITS = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 512 };

type Waiting = {
  job: ThreadJob;
  resolve: (result: ThreadResults[keyof ThreadResults]) => void;
  reject: (error: unknown) => void;
};

const globals = globalThis as { reclaimThreads?: StorageThreads };

/** Threads of this process for work on storage that lies on this machine; started when there is work, ended when there is none. */
class StorageThreads {
  readonly #idle: Worker[] = [];
  readonly #waiting: Waiting[] = [];
  readonly #busy = new Map<Worker, Waiting>();
  #jobs = 0;
  #timer: NodeJS.Timeout | undefined;

  run(job: ThreadJob): Promise<ThreadResults[keyof ThreadResults]> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ job, resolve, reject });
      this.#dispatch();
    });
  }

  #dispatch(): void {
    for (;;) {
      const at = this.#waiting.findIndex(({ job }) => job.kind === "remove" || this.#readers < READERS);
      if (at < 0) return;
      const thread = this.#idle.pop() ?? (this.#busy.size < THREADS_MAX ? this.#start() : undefined);
      const next = thread && this.#waiting.splice(at, 1)[0];
      if (!thread || !next) return;
      clearTimeout(this.#timer);
      thread.ref();
      this.#busy.set(thread, next);
      thread.postMessage({ id: ++this.#jobs, job: next.job });
    }
  }

  get #readers(): number {
    return [...this.#busy.values()].filter(({ job }) => job.kind !== "remove").length;
  }

  #start(): Worker {
    const thread = startThread("filesystem-thread", import.meta.url, LIMITS);
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

/** Ends the threads that have nothing to do: each keeps what its jobs left behind for as long as it is there. */
export function endIdleThreads(): void {
  globals.reclaimThreads?.endIdle();
}

/** Has a thread do a job. @throws StorageReadError, Error "the work was stopped" where its gate was closed meanwhile */
export async function inThread<K extends ThreadJob["kind"]>(
  job: Extract<ThreadJob, { kind: K }>,
): Promise<ThreadResults[K]> {
  globals.reclaimThreads ??= new StorageThreads();
  return (await globals.reclaimThreads.run(job)) as ThreadResults[K];
}
