import type { RunContext } from "@/server/history/run-context";
import { env } from "@/server/platform/env";
import type { BlobStorage } from "@/server/platform/storage/blob-storage";
import { CANDIDATE_KINDS, type CandidateKind } from "./candidate-list";
import { dismissHelpers } from "./dismiss-helpers";
import type { CandidateKey, CandidateSum, Lease } from "./gc.store";
import { insertShards, listShardEnds, type ShardState } from "./gc-shard.store";
import { LeaseLost } from "./lease-lost";
import type { OwnWords } from "./own-words";
import { isHelpAtHand, runShards } from "./run-shards";
import type { SweepTally } from "./sweep-tally";

const FAILURES_MAX = 1_000;

interface Sweep {
  context: RunContext;
  storage: BlobStorage;
  lease: Lease;
  words: OwnWords;
  signal: AbortSignal;
  witnesses: readonly string[];
}

/**
 * Removes what is pending together with other workers, where there are any and it is worth it: each kind in shards, the next kind when
 * PostgreSQL says that those are done. Returns when that is over, or has failed so that the rest is not for many; nobody else is at
 * anything of the run then, however it ends.
 * @throws LeaseLost, and the signal's reason
 */
export async function sweepInShards(sweep: Sweep, sums: readonly CandidateSum[], tally: SweepTally): Promise<void> {
  const { context, witnesses } = sweep;
  const pendingOf = (kind: CandidateKind) =>
    sums.find((sum) => sum.kind === kind && sum.state === "pending")?.count ?? 0;
  const pending = CANDIDATE_KINDS.reduce((sum, kind) => sum + pendingOf(kind), 0);
  if (pending < env().RECLAIM_GC_SHARD_MIN || witnesses.length === 0) return;
  if (!(await isHelpAtHand(context.run))) return;
  context.log("shared", { text: "Other workers take part." });
  try {
    for (const kind of CANDIDATE_KINDS) {
      if (pendingOf(kind) === 0) continue;
      if (kind === "blob" && tally.hasRevisionFailure) return;
      await sweepKind(sweep, kind, tally);
      if (tally.failedCount >= FAILURES_MAX) return;
    }
  } finally {
    await dismissHelpers(context.run);
  }
}

async function sweepKind(sweep: Sweep, kind: CandidateKind, tally: SweepTally): Promise<void> {
  const { lease, witnesses } = sweep;
  const ends = await listShardEnds(lease.runId, kind, env().RECLAIM_GC_SHARD_SIZE);
  const edges: (CandidateKey | null)[] = [null, ...ends, null];
  const parts = edges.slice(1).map((upTo, i) => ({ after: edges[i] ?? null, upTo, input: null }));
  const numbers = await insertShards(lease, kind, parts, witnesses);
  if (numbers === null) throw new LeaseLost("another epoch began");
  const told = new Map<number, ShardState>();
  await runShards(sweep, numbers, (states) => {
    tell(kind, tally, told, states);
    return tally.failedCount >= FAILURES_MAX;
  });
}

/** Adds what came since it was told last. */
function tell(
  kind: CandidateKind,
  tally: SweepTally,
  told: Map<number, ShardState>,
  states: readonly ShardState[],
): void {
  const counts = { done: 0, failed: 0, manifests: 0, blobs: 0, bytes: 0 };
  const failures: string[] = [];
  for (const state of states) {
    const before = told.get(state.number);
    counts.done += state.doneCount - (before?.doneCount ?? 0);
    counts.failed += state.failedCount - (before?.failedCount ?? 0);
    counts.manifests += state.deletedManifests - (before?.deletedManifests ?? 0);
    counts.blobs += state.deletedBlobs - (before?.deletedBlobs ?? 0);
    counts.bytes += state.freedBytes - (before?.freedBytes ?? 0);
    failures.push(...state.failures.slice(before?.failures.length ?? 0));
    told.set(state.number, state);
  }
  if (counts.done > 0) tally.addWritten(kind, counts, failures);
}
