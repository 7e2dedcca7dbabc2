import { log } from "@/server/platform/log";
import type { BlobStorage } from "@/server/platform/storage/blob-storage";
import type { Candidate } from "./candidate-list";
import { type CandidateKey, listPendingCandidates, type SettledState } from "./gc.store";
import { type ShardClaim, type ShardKind, settleShard } from "./gc-shard.store";
import type { OwnWords } from "./own-words";
import type { ShardHold } from "./shard-hold";
import { type SweepFailure, type SweptItem, sweepCandidates } from "./sweep-candidates";

const BATCH = 500;
const GROWN = 4;

/**
 * Removes what is pending in a shard, asking before each batch and writing each down while the next one goes. What cannot be removed is
 * written down and passed by.
 * @throws LeaseLost where the shard is taken away, the hold's signal's reason, and what the database fails with
 */
export async function sweepShard(
  claim: ShardClaim,
  hold: ShardHold,
  storage: BlobStorage,
  words: OwnWords,
): Promise<void> {
  const { kind } = claim;
  if (kind === "manifests") throw new TypeError("nothing to sweep");
  let settling: Promise<void> = Promise.resolve();
  try {
    for (;;) {
      const { end } = await sweepCandidates(storage, pendingBatches({ ...claim, kind }, storage), {
        beforeBatch: () => hold.renew(),
        onBatch: async (done, failures) => {
          await settling;
          settling = settle(claim, done, failures, words);
          settling.catch(() => undefined);
        },
        signal: hold.signal,
        nowMs: Date.now,
        isLeaseValid: () => hold.gate.isOpen,
        gate: hold.gate,
      });
      await settling;
      hold.signal.throwIfAborted();
      if (end !== "lease_expired") return;
      await hold.renew();
    }
  } finally {
    await settling.catch((error: unknown) => log.warn({ runId: claim.runId, error }, "settling candidates"));
  }
}

/** Asks for the next batch while the last is being worked on. The first one is small, so that something is told soon. */
async function* pendingBatches(
  { runId, kind, after, upTo }: ShardClaim & { kind: Exclude<ShardKind, "manifests"> },
  storage: BlobStorage,
): AsyncGenerator<Candidate[]> {
  const size = Math.max(BATCH, storage.concurrency.removals);
  const list = (from: CandidateKey | null, limit: number) => {
    const listing = listPendingCandidates(runId, kind, from, limit, upTo);
    listing.catch(() => undefined);
    return listing;
  };
  for (let next = list(after, size); ; ) {
    const batch = await next;
    const last = batch.at(-1);
    if (last === undefined) return;
    next = list(last, size * GROWN);
    yield batch;
  }
}

const STATE_OF: Record<SweptItem["outcome"], SettledState> = { removed: "deleted", was_gone: "gone", kept: "kept" };

async function settle(
  claim: ShardClaim,
  done: readonly SweptItem[],
  failures: readonly SweepFailure[],
  words: OwnWords,
): Promise<void> {
  const settled = [
    ...done.map(({ candidate, outcome }) => ({ ...keyOf(candidate), state: stateOf(claim, outcome) })),
    ...failures.map(({ candidate }) => ({ ...keyOf(candidate), state: "failed" as const })),
  ];
  await settleShard(
    claim,
    settled,
    failures.map(({ error }) => words.failure(error)),
  );
}

/** Where somebody had the shard before, what is gone was removed by them, and not written down. */
function stateOf({ claim }: ShardClaim, outcome: SweptItem["outcome"]): SettledState {
  return outcome === "was_gone" && claim > 1 ? "deleted" : STATE_OF[outcome];
}

const keyOf = ({ repositoryName, tag, digest }: Candidate): CandidateKey => ({ repositoryName, tag, digest });
