import { type BlobStorage, StorageWriteError } from "@/server/platform/storage/blob-storage";
import { type EntryOutcome, removeEntry } from "@/server/platform/storage/remove-entry";
import { RemovalTooLate } from "@/server/platform/storage/s3-removals";
import { removeInThreads } from "@/server/platform/storage/storage-in-threads";
import type { ThreadGate } from "@/server/platform/storage/thread-gate";
import { TimeSlice } from "@/server/platform/storage/time-slice";
import type { Candidate } from "./candidate-list";

const TOO_MANY_FAILURES = 1000;

export type SweptItem = { candidate: Candidate; outcome: EntryOutcome };
export type SweepFailure = { candidate: Candidate; error: StorageWriteError };

export type SweepOptions = {
  /** Before anything of the batch is touched: throw where the lease, the lock or the epoch is lost. */
  beforeBatch: (batch: readonly Candidate[]) => Promise<void>;
  /** After the batch, also where it was cut short: what was really done. Journal it here. */
  onBatch: (done: readonly SweptItem[], failures: readonly SweepFailure[]) => Promise<void>;
  signal?: AbortSignal | undefined;
  /** No item is begun at or after this moment (ms). Null: until done. */
  timeBoxAtMs?: number | null;
  nowMs: () => number;
  /**
   * Asked before each item. False ends the sweep with `lease_expired`: this process stood still for so long that somebody may
   * have taken over, so the epoch has to be checked anew before anything more is touched.
   */
  isLeaseValid?: () => boolean;
  /** As `isLeaseValid`, the signal and the time box together, for threads: with it, what is on this machine is removed by several. */
  gate?: ThreadGate;
  /** An earlier part of this sweep could not remove a revision. */
  hasRevisionFailure?: boolean;
};

export type SweepOutcome = {
  /** `revision_failed`: there were blobs to sweep after a revision could not be removed, and they were left alone. */
  end: "done" | "aborted" | "time_boxed" | "lease_expired" | "revision_failed" | "too_many_failures";
  failures: SweepFailure[];
};

/**
 * Removes candidates batch by batch, in the order given (revisions and tag index entries before blobs, links last; one kind a
 * batch). An abort or the time box stops it before the next item, and what was done until then has been told to `onBatch`. A failure is told and the
 * rest goes on, except that no blob is touched after a revision could not be removed: its blobs are not unused then.
 * Errors of `beforeBatch` and `onBatch` are thrown on.
 */
export async function sweepCandidates(
  storage: BlobStorage,
  batches: Iterable<readonly Candidate[]> | AsyncIterable<readonly Candidate[]>,
  options: SweepOptions,
): Promise<SweepOutcome> {
  const failures: SweepFailure[] = [];
  let hasRevisionFailure = options.hasRevisionFailure ?? false;
  const mustStop = (): SweepOutcome["end"] | null => {
    if (options.signal?.aborted) return "aborted";
    if (options.isLeaseValid && !options.isLeaseValid()) return "lease_expired";
    if (options.timeBoxAtMs !== undefined && options.timeBoxAtMs !== null && options.nowMs() >= options.timeBoxAtMs)
      return "time_boxed";
    return null;
  };

  for await (const batch of batches) {
    if (hasRevisionFailure && batch[0]?.kind === "blob") return { end: "revision_failed", failures };
    const early = mustStop();
    if (early !== null && early !== "lease_expired") return { end: early, failures };
    await options.beforeBatch(batch);

    const { done, failed, isCutShort, error } =
      (options.gate && (await removeByThreads(storage, batch, options.gate))) ??
      (await removeOneByOne(storage, batch, () => mustStop() !== null));
    if (batch[0]?.kind === "revision" && failed.length > 0) hasRevisionFailure = true;
    failures.push(...failed);
    if (done.length > 0 || failed.length > 0) await options.onBatch(done, failed);
    if (error !== null) throw error;

    const late = mustStop() ?? (isCutShort ? "lease_expired" : null);
    if (late !== null) return { end: late, failures };
    if (failures.length >= TOO_MANY_FAILURES) return { end: "too_many_failures", failures };
  }
  return { end: "done", failures };
}

/** `isCutShort`: some were not begun. */
type BatchEnd = { done: SweptItem[]; failed: SweepFailure[]; isCutShort: boolean; error: unknown };

async function removeByThreads(
  storage: BlobStorage,
  batch: readonly Candidate[],
  gate: ThreadGate,
): Promise<BatchEnd | null> {
  const removal = await removeInThreads(storage, batch, gate);
  if (removal === null) return null;
  const end: BatchEnd = { done: [], failed: [], isCutShort: false, error: removal.error };
  batch.forEach((candidate, i) => {
    const result = removal.results[i];
    if (result === undefined) end.isCutShort = true;
    else if ("outcome" in result) end.done.push({ candidate, outcome: result.outcome });
    else end.failed.push({ candidate, error: result.failure });
  });
  return end;
}

async function removeOneByOne(
  storage: BlobStorage,
  batch: readonly Candidate[],
  mustStop: () => boolean,
): Promise<BatchEnd> {
  const end: BatchEnd = { done: [], failed: [], isCutShort: false, error: null };
  const slice = new TimeSlice();
  let next = 0;
  const work = async (): Promise<void> => {
    while (!end.isCutShort && !mustStop()) {
      const candidate = batch[next++];
      if (candidate === undefined) return;
      if (slice.isOver) {
        await slice.breathe();
        // Whatever happened in the meantime, an abort or a long standstill, is asked about before anything is touched.
        if (mustStop()) return;
      }
      try {
        end.done.push({ candidate, outcome: await removeEntry(storage, candidate) });
      } catch (error) {
        if (error instanceof RemovalTooLate) {
          end.isCutShort = true;
          return;
        }
        if (!(error instanceof StorageWriteError)) throw error;
        end.failed.push({ candidate, error });
      }
    }
  };
  const workers = await Promise.allSettled(
    Array.from({ length: Math.min(storage.concurrency.removals, batch.length) }, work),
  );
  for (const worker of workers) if (worker.status === "rejected") end.error ??= worker.reason;
  return end;
}
