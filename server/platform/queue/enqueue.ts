import { FlowProducer, Queue } from "bullmq";
import type { Redis } from "ioredis";
import { JOBS, type JobName, type JobPayload } from "@/contracts/jobs";
import { log } from "../log";
import { producerConnection } from "./connection";

export const QUEUE_PREFIX = "reclaim";
const ADD_WITHIN_MS = 3_000;

const KEEP_NOTHING = { removeOnComplete: true, removeOnFail: true, attempts: 1 };

const globals = globalThis as {
  reclaimQueues?: { connection: Redis; queues: Map<JobName, Queue>; flows?: FlowProducer };
};

function queue(name: JobName): Queue {
  globals.reclaimQueues ??= { connection: producerConnection(), queues: new Map() };
  const { connection, queues } = globals.reclaimQueues;
  let found = queues.get(name);
  if (!found) {
    found = new Queue(name, {
      connection,
      prefix: QUEUE_PREFIX,
      defaultJobOptions: KEEP_NOTHING,
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

type Job = { [N in JobName]: { name: N; payload: JobPayload<N>; jobId?: string } }[JobName];

/** Adds jobs and one that follows when all of them have ended, at once; best effort, as `enqueue`. */
export async function enqueueFlow(parent: Job, children: readonly Job[]): Promise<boolean> {
  try {
    queue(parent.name);
    const open = globals.reclaimQueues;
    if (!open) return false;
    if (!open.flows) {
      open.flows = new FlowProducer({ connection: open.connection, prefix: QUEUE_PREFIX });
      open.flows.on("error", (error) => log.warn({ message: error.message }, "flows"));
    }
    const jobOf = ({ name, payload, jobId }: Job) => ({
      ...{ name, queueName: name, data: JOBS[name].parse(payload) },
      opts: { ...KEEP_NOTHING, ignoreDependencyOnFailure: true, ...(jobId === undefined ? {} : { jobId }) },
    });
    await within(ADD_WITHIN_MS, open.flows.add({ ...jobOf(parent), children: children.map(jobOf) }));
    return true;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    log.warn({ queue: parent.name, message }, "jobs not enqueued; whoever waits for them does them");
    return false;
  }
}

/** Which other processes take a queue's jobs now: the names that they gave, but for this one's. None where Redis cannot say. */
export async function listOtherWorkers(name: JobName, ourName: string | null): Promise<string[]> {
  try {
    const workers = await within(ADD_WITHIN_MS, queue(name).getWorkers());
    const names = workers.flatMap(({ rawname }) => rawname?.split(":w:")[1] ?? []);
    return [...new Set(names.filter((one) => one !== ourName))];
  } catch (error) {
    log.warn({ queue: name, message: error instanceof Error ? error.message : String(error) }, "workers not listed");
    return [];
  }
}

/** BullMQ waits for a Redis that was never there for as long as it takes; whoever has written their row is not kept waiting for it. */
async function within<T>(ms: number, adding: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Redis did not answer in ${ms} ms`)), ms);
  });
  // What comes too late is added all the same, or fails: the reconciler knows of neither.
  adding.catch(() => undefined);
  try {
    return await Promise.race([adding, late]);
  } finally {
    clearTimeout(timer);
  }
}

export async function closeQueues(): Promise<void> {
  const open = globals.reclaimQueues;
  if (!open) return;
  delete globals.reclaimQueues;
  await Promise.allSettled([...open.queues.values(), ...(open.flows ? [open.flows] : [])].map((one) => one.close()));
  open.connection.disconnect();
}
