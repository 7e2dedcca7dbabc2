import { DIGEST_WORDS } from "@/domain/gc/digest-words";
import { env } from "@/server/platform/env";
import { log } from "@/server/platform/log";
import type { BlobStorage } from "@/server/platform/storage/blob-storage";
import { ALLOWED_MS } from "@/server/platform/storage/s3-removals";
import { answerShard, claimShard, type ShardClaim, type ShardTimes } from "./gc-shard.store";
import type { OwnWords } from "./own-words";
import { readShard } from "./read-shard";
import { ShardHold } from "./shard-hold";
import { sweepShard } from "./sweep-shard";

/** For so long a worker may go on after each question: who was killed or stands still is waited for no longer. */
const OPEN_MS = 1_500;
/** A system call that was begun while the gate was open. */
const CALL_MS = 100;
const DIGEST_BYTES = DIGEST_WORDS * Uint32Array.BYTES_PER_ELEMENT;

export interface ShardWorker {
  workerId: string;
  /** the shard to begin with */
  preferred: number | null;
  storage: BlobStorage;
  words: OwnWords;
  /** Whether this is another process than the run's own: it has to make sure that it sees the same storage. */
  isHelper: boolean;
}

/**
 * Takes one shard of a run and works it off. `none`: there is none to be taken (now). `lost`: it was taken away, or the signal aborted;
 * somebody else goes on with it, if anybody.
 * @throws StorageReadError, and what else a storage or the database fails with; the shard is given back then
 */
export async function workShard(
  run: { runId: string; gcEpoch: number },
  worker: ShardWorker,
  signal: AbortSignal,
): Promise<"worked" | "lost" | "none"> {
  const times = timesOf(worker.storage);
  const askedAtMs = Date.now();
  const claim = await claimShard(run, worker, times);
  if (claim === null) return "none";
  const hold = new ShardHold(claim, times, askedAtMs, signal);
  let isDone = false;
  try {
    if (claim.kind === "manifests") {
      const result = await readShard(claim, hold, worker.storage);
      isDone = await answerShard(claim, result, (claim.input?.length ?? 0) / DIGEST_BYTES);
      return isDone ? "worked" : "lost";
    }
    // What a reader does not see, the run's own worker looks for itself.
    if (worker.isHelper) await requireStorage(worker.storage, claim);
    await sweepShard(claim, hold, worker.storage, worker.words);
    isDone = true;
    return "worked";
  } catch (error) {
    if (!hold.signal.aborted) throw error;
    if (error !== hold.signal.reason) log.warn({ runId: run.runId, error }, "a shard that was taken away");
    return "lost";
  } finally {
    await hold.end(isDone ? "done" : "pending");
  }
}

function timesOf(storage: BlobStorage): ShardTimes {
  return {
    openMs: OPEN_MS,
    // A bucket sends what was allowed so long ago, and not later.
    lateMs: storage.concurrency.reads > 1 ? ALLOWED_MS : CALL_MS,
    staleMs: env().RECLAIM_HEARTBEAT_STALE_SECONDS * 1_000,
  };
}

/** A folder that is not mounted here looks as if everything were gone. */
async function requireStorage(storage: BlobStorage, { witnesses, number }: ShardClaim): Promise<void> {
  const witness = witnesses[number % witnesses.length];
  if (witness === undefined || (await storage.statBlob(witness)) === null)
    throw new Error(`this worker does not see the registry's storage at ${storage.location}: ${witness} is not there`);
}
