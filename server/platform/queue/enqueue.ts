import { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { JOBS, type JobName, type JobPayload } from "@/contracts/jobs";
import { log } from "../log";
import { producerConnection } from "./connection";

export const QUEUE_PREFIX = "reclaim";
const ADD_WITHIN_MS = 3_000;

const globals = globalThis as { reclaimQueues?: { connection: Redis; queues: Map<JobName, Queue> } };

function queue(name: JobName): Queue {
  globals.reclaimQueues ??= { connection: producerConnection(), queues: new Map() };
  const { connection, queues } = globals.reclaimQueues;
  let found = queues.get(name);
  if (!found) {
    found = new Queue(name, {
      connection,
      prefix: QUEUE_PREFIX,
      defaultJobOptions: { removeOnComplete: true, removeOnFail: true, attempts: 1 },
    });
    found.on("error", (error) => log.warn({ queue: name, message: error.message }, "queue"));
    queues.set(name, found);
  }
  return found;
}

/**
 * Adds a job, best effort: false when Redis did not take it. Never throws, because what is to be done already stands
 * in PostgreSQL and the reconciler enqueues it again. `jobId` makes equal requests one job while it waits or is under way;
 * `mergeId` does so while it waits, and has one follow that is under way: it may have passed what this one is for.
 */
export async function enqueue<N extends JobName>(
  name: N,
  payload: JobPayload<N>,
  { jobId, mergeId }: { jobId?: string; mergeId?: string } = {},
): Promise<boolean> {
  try {
    const target = queue(name);
    await (globals.reclaimQueues?.connection.status === "wait"
      ? globals.reclaimQueues.connection.connect()
      : undefined);
    const adding = target.add(name, JOBS[name].parse(payload), {
      ...(jobId === undefined ? {} : { jobId }),
      ...(mergeId === undefined ? {} : { deduplication: { id: mergeId, keepLastIfActive: true } }),
    });
    await within(ADD_WITHIN_MS, adding);
    return true;
  } catch (error) {
    log.warn(
      { queue: name, message: error instanceof Error ? error.message : String(error) },
      "job not enqueued; the reconciler will",
    );
    return false;
  }
}

/** BullMQ waits for a Redis that was never there for as long as it takes; whoever has written their row is not kept waiting for it. */
async function within(ms: number, adding: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Redis did not answer in ${ms} ms`)), ms);
  });
  // What comes too late is added all the same, or fails: the reconciler knows of neither.
  adding.catch(() => undefined);
  try {
    await Promise.race([adding, late]);
  } finally {
    clearTimeout(timer);
  }
}

export async function closeQueues(): Promise<void> {
  const open = globals.reclaimQueues;
  if (!open) return;
  delete globals.reclaimQueues;
  await Promise.allSettled([...open.queues.values()].map((one) => one.close()));
  open.connection.disconnect();
}
