import type { RunContext } from "@/server/history/run-context";
import { log } from "@/server/platform/log";
import { enqueue, enqueueFlow, listOtherWorkers } from "@/server/platform/queue/enqueue";
import type { BlobStorage } from "@/server/platform/storage/blob-storage";
import { holdsLease, type Lease } from "./gc.store";
import { listShardStates, type ShardState } from "./gc-shard.store";
import { LeaseLost } from "./lease-lost";
import type { OwnWords } from "./own-words";
import { workShard } from "./work-shard";

const LOOK_EVERY_MS = 50;
const TELL_EVERY_MS = 300;
/** Redis may have been flushed, or a worker have come up: whoever is idle is woken up again. */
const WAKE_EVERY_MS = 2_000;
const WOKEN_AT_ONCE = 4;

export interface Sharing {
  context: RunContext;
  storage: BlobStorage;
  lease: Lease;
  words: OwnWords;
  signal: AbortSignal;
}

/** Whether other workers take part if they are asked to; `onOtherHosts`: those on this machine do not count. */
export async function isHelpAtHand(
  run: { workerId: string | null },
  { onOtherHosts = false }: { onOtherHosts?: boolean } = {},
): Promise<boolean> {
  const others = await listOtherWorkers("gc-shard", run.workerId);
  return others.some((other) => !onOtherHosts || hostOf(other) !== hostOf(run.workerId ?? ""));
}

/** A worker is named after its host and process. */
const hostOf = (workerId: string) => workerId.replace(/-\d+$/, "");

/**
 * Wakes other workers up for shards that were written, works on them as well, and returns when PostgreSQL says that all of them have ended,
 * or `onStates` wants no more. It is told how far they are, at least about three times a second. Redis only wakes up: what nobody takes
 * is done here.
 * @throws LeaseLost, the signal's reason, and what storage or database fail with here
 */
export async function runShards(
  { context, storage, lease, words, signal }: Sharing,
  numbers: readonly number[],
  onStates: (states: readonly ShardState[]) => boolean,
): Promise<void> {
  const { runId, gcEpoch } = lease;
  const jobOf = (number: number) => {
    return { name: "gc-shard" as const, payload: { runId, gcEpoch, number }, jobId: `${runId}-${gcEpoch}-${number}` };
  };
  // Nobody waits for Redis.
  void enqueueFlow({ name: "gc-joined", payload: { runId, gcEpoch, number: numbers.at(-1) ?? 0 } }, numbers.map(jobOf));
  let wokenAtMs = Date.now();
  let isEnough = false;
  const look = async (): Promise<boolean> => {
    const states = await listShardStates(lease, numbers);
    if (onStates(states)) isEnough = true;
    if (Date.now() - wokenAtMs >= WAKE_EVERY_MS) {
      wokenAtMs = Date.now();
      const waiting = states.filter(({ state }) => state === "pending").slice(0, WOKEN_AT_ONCE);
      for (const { name, payload, jobId } of waiting.map(({ number }) => jobOf(number)))
        void enqueue(name, payload, { jobId });
    }
    return isEnough || states.every(({ state }) => state === "done");
  };
  // One at a time: an older answer after a newer one would count backwards.
  let looking: Promise<boolean> = Promise.resolve(false);
  const lookNext = () => {
    looking = looking.catch(() => false).then(look);
    return looking;
  };
  const timer = setInterval(
    () => void lookNext().catch((error: unknown) => log.warn({ runId, error }, "looking at shards")),
    TELL_EVERY_MS,
  );
  const worker = { workerId: context.run.workerId ?? "", preferred: null, storage, words, isHelper: false };
  try {
    for (;;) {
      signal.throwIfAborted();
      const worked = isEnough ? "none" : await workShard({ runId, gcEpoch }, worker, signal);
      signal.throwIfAborted();
      if (await lookNext()) return;
      if (worked === "worked") continue;
      if (!(await holdsLease(lease))) throw new LeaseLost("another epoch began");
      await sleep(LOOK_EVERY_MS);
    }
  } finally {
    clearInterval(timer);
    await looking.catch(() => false);
  }
}

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
