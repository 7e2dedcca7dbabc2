import { DIGEST_WORDS } from "@/domain/gc/digest-words";
import { type BlobStorage, StorageWriteError } from "./blob-storage";
import { FilesystemStorage } from "./filesystem-storage";
import type { EntryOutcome, StorageEntry } from "./remove-entry";
import { endIdleReaders, inThread, READERS, REMOVERS } from "./storage-threads";
import { ThreadGate } from "./thread-gate";
import type { EntryDone, ThreadJob, ThreadResults } from "./thread-jobs";

const MANIFESTS_PER_JOB = 1000;
const SIZES_PER_JOB = 4000;
/** Few, so that no thread is left to be waited for while the others have nothing more to do. */
const ENTRIES_PER_JOB = 16;
/** Jobs that are ready to be taken up when a thread has done its own. */
const JOBS_AHEAD = READERS * 2;

type ReadJob = Exclude<ThreadJob["kind"], "remove">;

/** A registry's storage on this machine, many entries at a time in threads. An abort ends the reading within milliseconds. */
export class StorageInThreads {
  readonly #gate = new ThreadGate();

  private constructor(
    private readonly root: string,
    private readonly signal: AbortSignal | undefined,
  ) {}

  /** Null where the storage is somewhere else. Good for one pass, which ends with the signal. */
  static of(storage: BlobStorage, signal?: AbortSignal): StorageInThreads | null {
    return storage instanceof FilesystemStorage ? new StorageInThreads(storage.location, signal) : null;
  }

  /** Blobs of these shards, as words. @throws StorageReadError, the signal's reason */
  shards(shards: readonly string[]): AsyncGenerator<ThreadResults["shards"]> {
    const jobs = inParts(shards, 16).map((part) => ({ ...this.#job("shards"), shards: part }));
    return this.#read<"shards">(jobs);
  }

  /** What repositories link to. @throws StorageReadError, the signal's reason */
  repositories(
    names: readonly string[],
    options: { withLinkTimes: boolean; withTagHistories: boolean },
  ): AsyncGenerator<ThreadResults["repositories"]> {
    // Fewer than a full job are shared between all who read.
    const perJob = Math.max(1, Math.min(50, Math.floor(names.length / (READERS * 12))));
    const jobs = inParts(names, perJob).map((part) => ({ ...this.#job("repositories"), ...options, names: part }));
    return this.#read<"repositories">(jobs);
  }

  /** What manifests refer to. @throws StorageReadError, the signal's reason */
  manifests(
    digests: Uint32Array,
    others: readonly { digest: string; storedAs: string }[],
    quarantineRunId: string | null,
  ): AsyncGenerator<ThreadResults["manifests"]> {
    const jobs: Extract<ThreadJob, { kind: "manifests" }>[] = digestParts(digests, MANIFESTS_PER_JOB).map((part) => ({
      ...this.#job("manifests"),
      digests: part,
      others: [],
      quarantineRunId,
    }));
    if (others.length > 0)
      jobs.push({ ...this.#job("manifests"), digests: new Uint32Array(0), others, quarantineRunId });
    return this.#read<"manifests">(jobs);
  }

  /** Of each blob its size in bytes and its time in ms, -1 where there is no such content. @throws StorageReadError, the signal's reason */
  async sizes(digests: Uint32Array): Promise<Float64Array> {
    const perJob = Math.max(1, Math.min(SIZES_PER_JOB, Math.ceil(digests.length / DIGEST_WORDS / READERS)));
    const jobs = digestParts(digests, perJob).map((part) => ({ ...this.#job("sizes"), digests: part }));
    const sizes = new Float64Array((digests.length / DIGEST_WORDS) * 2);
    let at = 0;
    for await (const part of this.#read<"sizes">(jobs)) {
      sizes.set(part, at);
      at += part.length;
    }
    return sizes;
  }

  #job<K extends ReadJob>(kind: K): { kind: K; root: string; gate: SharedArrayBuffer } {
    return { kind, root: this.root, gate: this.#gate.shared };
  }

  /** Results in the order of their jobs, a few of which are under way at once. */
  async *#read<K extends ReadJob>(jobs: readonly Extract<ThreadJob, { kind: K }>[]): AsyncGenerator<ThreadResults[K]> {
    const { signal } = this;
    signal?.throwIfAborted();
    let abort: (() => void) | undefined;
    const aborted = new Promise<never>((_, reject) => {
      abort = () => {
        this.#gate.stop();
        reject(signal?.reason);
      };
      signal?.addEventListener("abort", abort, { once: true });
    });
    aborted.catch(() => undefined);
    const underWay: Promise<ThreadResults[K]>[] = [];
    let isDone = false;
    try {
      for (let next = 0; ; ) {
        while (next < jobs.length && underWay.length < JOBS_AHEAD) {
          const job = jobs[next++];
          if (!job) continue;
          const result = inThread<K>(job);
          // It may fail before its turn comes; once it has come, it is heard.
          result.catch(() => undefined);
          underWay.push(result);
        }
        const first = underWay.shift();
        if (first === undefined) break;
        yield await Promise.race([first, aborted]);
      }
      isDone = true;
    } finally {
      if (abort) signal?.removeEventListener("abort", abort);
      // Nobody waits for the others any more, and what they find is not wanted.
      if (!isDone) this.#gate.stop();
    }
  }
}

type EntryResult = { outcome: EntryOutcome } | { failure: StorageWriteError };

/**
 * Removes entries in threads, each right after the gate was asked. `results` says how each ended, undefined for those that were not begun;
 * `error` is what a thread failed with, null where none did. Null where the storage is not on this machine.
 */
export async function removeInThreads(
  storage: BlobStorage,
  entries: readonly StorageEntry[],
  gate: ThreadGate,
): Promise<{ results: (EntryResult | undefined)[]; error: unknown } | null> {
  if (!(storage instanceof FilesystemStorage)) return null;
  endIdleReaders();
  const root = storage.location;
  const perJob = Math.max(1, Math.min(ENTRIES_PER_JOB, Math.ceil(entries.length / REMOVERS)));
  const parts = inParts(entries, perJob);
  const order = inStripes(parts.length, REMOVERS);
  const entriesOf = (at: number) => (parts[at] ?? []).map(bare);
  const inOrder = await Promise.allSettled(
    order.map((at) => inThread<"remove">({ kind: "remove", root, gate: gate.shared, entries: entriesOf(at) })),
  );
  const ended: PromiseSettledResult<EntryDone[]>[] = [];
  for (const [i, end] of inOrder.entries()) ended[order[i] ?? 0] = end;
  const results = parts.flatMap((part, i) => {
    const end = ended[i];
    const done = end?.status === "fulfilled" ? end.value : [];
    return part.map((_, k) => resultOf(done[k]));
  });
  const failure = ended.find((end) => end.status === "rejected");
  return { results, error: failure?.reason ?? null };
}

/** Only what a thread needs is handed to it. */
function bare({ kind, repositoryName, tag, digest }: StorageEntry): StorageEntry {
  return { kind, repositoryName, tag, digest };
}

function resultOf(done: EntryDone | undefined): EntryResult | undefined {
  if (done === undefined || "outcome" in done) return done;
  return { failure: new StorageWriteError(done.failure.path, { cause: new Error(done.failure.reason) }) };
}

/**
 * 0 to `count` - 1, from as many places at once as there are stripes. What goes side by side lies in different directories then, as a rule: of those
 * who remove directories from one, all but one wait.
 */
function inStripes(count: number, stripes: number): number[] {
  const length = Math.ceil(count / stripes);
  const all = Array.from({ length: length * stripes }, (_, i) => (i % stripes) * length + Math.floor(i / stripes));
  return all.filter((at) => at < count);
}

function inParts<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
}

function digestParts(words: Uint32Array, digests: number): Uint32Array[] {
  const size = digests * DIGEST_WORDS;
  return Array.from({ length: Math.ceil(words.length / size) }, (_, i) => words.slice(i * size, (i + 1) * size));
}
