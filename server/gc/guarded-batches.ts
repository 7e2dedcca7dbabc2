import { env } from "@/server/platform/env";
import type { BlobStorage } from "@/server/platform/storage/blob-storage";
import { RemovalTooLate } from "@/server/platform/storage/s3-removals";
import type { Candidate, CandidateKind } from "./candidate-list";
import { forEachAtOnce } from "./for-each-at-once";
import { type SettledState, settleCandidates } from "./gc.store";

export interface Guard {
  runId: string;
  storage: BlobStorage;
  signal: AbortSignal;
  /** @throws LeaseLost where somebody else may be at it */
  stillHeld: () => Promise<void>;
}

/**
 * Does something with each candidate of a batch under the lease, and writes down what became of each, those of a batch that was cut short
 * too. The lease is asked about before the batch, and again before an item that comes after a standstill so long that somebody may have
 * taken over. `act` answers the state to write, or null to leave the candidate as it is.
 * @throws what `stillHeld` and `act` throw, and the signal's reason
 */
export async function settleBatch(
  { runId, storage, signal, stillHeld }: Guard,
  kind: CandidateKind,
  batch: readonly Candidate[],
  act: (candidate: Candidate) => Promise<SettledState | null>,
): Promise<{ candidate: Candidate; state: SettledState }[]> {
  const done: { candidate: Candidate; state: SettledState }[] = [];
  // Well below the silence after which others take over.
  const validMs = (env().RECLAIM_HEARTBEAT_STALE_SECONDS * 1_000) / 3;
  let checkedAt = 0;
  let checking: Promise<void> | null = null;
  const check = async () => {
    const askedAt = Date.now();
    await stillHeld();
    checkedAt = askedAt;
    checking = null;
  };
  try {
    await forEachAtOnce(batch, storage.concurrency.removals, async (candidate) => {
      signal.throwIfAborted();
      while (Date.now() - checkedAt >= validMs) {
        checking ??= check();
        await checking;
        signal.throwIfAborted();
      }
      for (;;) {
        try {
          const state = await act(candidate);
          if (state !== null) done.push({ candidate, state });
          return;
        } catch (error) {
          // The storage itself found that too much time had gone by since it was asked.
          if (!(error instanceof RemovalTooLate)) throw error;
          await check();
          signal.throwIfAborted();
        }
      }
    });
  } finally {
    if (done.length > 0)
      await settleCandidates(
        runId,
        kind,
        done.map(({ candidate, state }) => ({ ...candidate, state })),
      );
  }
  return done;
}
