import type { RunNumbers } from "@/contracts/history";
import type { RunContext, RunOutcome } from "@/server/history/run-context";
import { env } from "@/server/platform/env";
import { log } from "@/server/platform/log";
import type { BlobStorage } from "@/server/platform/storage/blob-storage";
import { ThreadGate } from "@/server/platform/storage/thread-gate";
import { CANDIDATE_KINDS, type Candidate } from "./candidate-list";
import {
  type CandidateSum,
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

const BATCH = 500;
const SMALL_BATCHES = 6;
const GROWN = 4;
const FAILURES_LOGGED_MAX = 50;

/**
 * Removes what is pending in a run's journal, checking the lease before each batch and writing down each batch as it ends.
 * Null = everything is done; else the outcome of a sweep that could not remove something. Throws LeaseLost, and the signal's
 * reason where it is aborted.
 */
export async function sweepJournal(
  context: RunContext,
  storage: BlobStorage,
  lease: Lease,
  words: OwnWords,
  signal: AbortSignal,
): Promise<RunOutcome | null> {
  const tally = new Tally(await sumCandidates(lease.runId), context, words);
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
  const settled = [
    ...done.map((item) => ({ candidate: item.candidate, state: STATE_OF[item.outcome] })),
    ...failures.map(({ candidate }) => ({ candidate, state: "failed" as const })),
  ];
  const kind = settled[0]?.candidate.kind;
  if (kind === undefined) return;
  const rows = settled.map(({ candidate: { repositoryName, tag, digest }, state }) => ({
    repositoryName,
    tag,
    digest,
    state,
  }));
  await settleCandidates(runId, kind, rows);
}

/** Running numbers of a sweep, told as progress and as totals; they begin with what earlier attempts removed. */
class Tally {
  #deletedManifests = 0;
  #deletedBlobs = 0;
  #freedBytes = 0;
  #failed = 0;
  #firstFailure = "";
  #freedHere = 0;
  #doneHere = 0;
  readonly #pendingAtStart: number;
  readonly #startedAt = Date.now();
  hasRevisionFailure: boolean;

  constructor(
    sums: readonly CandidateSum[],
    private readonly context: RunContext,
    private readonly words: OwnWords,
  ) {
    const deleted = (kind: string) => sums.find((sum) => sum.kind === kind && sum.state === "deleted");
    this.#deletedManifests = deleted("revision")?.count ?? 0;
    this.#deletedBlobs = deleted("blob")?.count ?? 0;
    this.#freedBytes = deleted("blob")?.sizeBytes ?? 0;
    this.#failed = sums.filter(({ state }) => state === "failed").reduce((sum, { count }) => sum + count, 0);
    this.hasRevisionFailure = sums.some(({ kind, state }) => kind === "revision" && state === "failed");
    this.#pendingAtStart = sums.filter(({ state }) => state === "pending").reduce((sum, { count }) => sum + count, 0);
    this.#tell();
  }

  add(done: readonly SweptItem[], failures: readonly SweepFailure[]): void {
    for (const item of done) {
      const { candidate } = item;
      this.#doneHere++;
      if (item.outcome !== "removed") continue;
      if (candidate.kind === "revision") this.#deletedManifests++;
      if (candidate.kind !== "blob") continue;
      this.#deletedBlobs++;
      this.#freedBytes += candidate.sizeBytes;
      this.#freedHere += candidate.sizeBytes;
    }
    for (const { candidate, error } of failures) {
      const text = this.words.failure(error);
      if (this.#failed < FAILURES_LOGGED_MAX) this.context.log("removal_failed", { text, kind: candidate.kind });
      if (this.#firstFailure === "") this.#firstFailure = text;
      if (candidate.kind === "revision") this.hasRevisionFailure = true;
      this.#failed++;
    }
    this.#tell();
  }

  failure(): RunOutcome | null {
    if (this.#failed === 0) return null;
    const what = this.hasRevisionFailure
      ? "Manifests could not be removed, so their blobs were left alone"
      : "Not everything could be removed";
    const first = this.#firstFailure === "" ? "" : ` First: ${this.#firstFailure}`;
    return {
      status: "failed",
      error: { code: "storage_not_writable", message: `${what} (${this.#failed} failed).${first}` },
    };
  }

  #tell(): void {
    const numbers: RunNumbers = {
      deletedManifests: this.#deletedManifests,
      deletedBlobs: this.#deletedBlobs,
      freedBytes: this.#freedBytes,
    };
    this.context.totals(numbers);
    const elapsed = (Date.now() - this.#startedAt) / 1_000;
    const pace: RunNumbers =
      this.#doneHere === 0 || elapsed < 0.5
        ? {}
        : {
            bytesPerSecond: this.#freedHere / elapsed,
            secondsLeft: Math.round(((this.#pendingAtStart - this.#doneHere) * elapsed) / this.#doneHere),
          };
    this.context.progress({ ...numbers, ...pace });
  }
}
