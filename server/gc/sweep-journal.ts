import type { RunContext, RunOutcome } from "@/server/history/run-context";
import { env } from "@/server/platform/env";
import { log } from "@/server/platform/log";
import type { BlobStorage } from "@/server/platform/storage/blob-storage";
import { ThreadGate } from "@/server/platform/storage/thread-gate";
import { CANDIDATE_KINDS, type Candidate } from "./candidate-list";
import {
  holdsLease,
  type Lease,
  listPendingCandidates,
  type SettledState,
  settleCandidates,
  sumCandidates,
} from "./gc.store";
import { LeaseLost } from "./lease-lost";
import type { OwnWords } from "./own-words";
import { type SweepFailure, type SweptItem, sweepCandidates } from "./sweep-candidates";
import { sweepInShards } from "./sweep-in-shards";
import { SweepTally } from "./sweep-tally";

const BATCH = 500;
const SMALL_BATCHES = 6;
const GROWN = 4;

/**
 * Removes what is pending in a run's journal, checking the lease before each batch and writing down each batch as it ends.
 * Null = everything is done; else the outcome of a sweep that could not remove something. `witnesses`: kept blobs, by which other workers
 * know that they see the same storage; without any they are not asked to help. Throws LeaseLost, and the signal's
 * reason where it is aborted.
 */
export async function sweepJournal(
  context: RunContext,
  storage: BlobStorage,
  lease: Lease,
  words: OwnWords,
  signal: AbortSignal,
  witnesses: readonly string[] = [],
): Promise<RunOutcome | null> {
  const sums = await sumCandidates(lease.runId);
  const tally = new SweepTally(sums, context, words);
  // Where others help. What that leaves, all of it where there is nobody, is done here.
  await sweepInShards({ context, storage, lease, words, signal, witnesses }, sums, tally);
  // Well below the silence after which others take over: a process that stood still so long asks again before it goes on.
  const leaseMs = (env().RECLAIM_HEARTBEAT_STALE_SECONDS * 1_000) / 3;
  const gate = new ThreadGate();
  const close = () => gate.stop();
  signal.addEventListener("abort", close, { once: true });
  if (signal.aborted) close();
  let checkedAt = 0;
  // What became of a batch is written down while the next one goes: whoever is killed in between finds that it is gone.
  let settling: Promise<void> = Promise.resolve();
  try {
    for (;;) {
      const outcome = await sweepCandidates(
        storage,
        ahead(pendingBatches(lease.runId, Math.max(BATCH, storage.concurrency.removals))),
        {
          beforeBatch: async () => {
            const askedAt = Date.now();
            if (!(await holdsLease(lease))) throw new LeaseLost("another epoch began");
            checkedAt = askedAt;
            gate.openUntil(askedAt + leaseMs);
          },
          onBatch: async (done, failures) => {
            tally.add(done, failures);
            await settling;
            settling = settle(lease.runId, done, failures);
            settling.catch(() => undefined);
          },
          signal,
          nowMs: Date.now,
          isLeaseValid: () => Date.now() - checkedAt < leaseMs,
          gate,
          hasRevisionFailure: tally.hasRevisionFailure,
        },
      );
      await settling;
      if (outcome.end === "lease_expired") continue;
      signal.throwIfAborted();
      return tally.failure();
    }
  } finally {
    signal.removeEventListener("abort", close);
    await settling.catch((error: unknown) => log.warn({ runId: lease.runId, error }, "settling candidates"));
  }
}

/** Asks for the next one while the last is being worked on. */
async function* ahead<T>(source: AsyncGenerator<T>): AsyncGenerator<T> {
  let next = source.next();
  for (;;) {
    const { done, value } = await next;
    if (done) return;
    next = source.next();
    next.catch(() => undefined);
    yield value;
  }
}

/**
 * Pending candidates in order of removal; each is seen once, those that failed are passed by. The first batches are small, so that
 * something is told soon.
 */
export async function* pendingBatches(runId: string, size = BATCH): AsyncGenerator<Candidate[]> {
  let count = 0;
  for (const kind of CANDIDATE_KINDS) {
    let after: Candidate | null = null;
    for (;;) {
      const limit = count++ < SMALL_BATCHES ? size : size * GROWN;
      const batch: Candidate[] = await listPendingCandidates(runId, kind, after, limit);
      after = batch.at(-1) ?? null;
      if (after === null) break;
      yield batch;
    }
  }
}

const STATE_OF: Record<SweptItem["outcome"], SettledState> = { removed: "deleted", was_gone: "gone", kept: "kept" };

async function settle(runId: string, done: readonly SweptItem[], failures: readonly SweepFailure[]): Promise<void> {
  const kind = (done[0] ?? failures[0])?.candidate.kind;
  if (kind === undefined) return;
  const rows = [
    ...done.map(({ candidate, outcome }) => rowOf(candidate, STATE_OF[outcome])),
    ...failures.map(({ candidate }) => rowOf(candidate, "failed")),
  ];
  await settleCandidates(runId, kind, rows);
}

function rowOf({ repositoryName, tag, digest }: Candidate, state: SettledState) {
  return { repositoryName, tag, digest, state };
}
