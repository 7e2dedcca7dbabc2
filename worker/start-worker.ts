import { Worker } from "bullmq";
import { JOBS, type JobName, type JobPayload } from "@/contracts/jobs";
import { disconnectPrisma } from "@/server/platform/db/prisma";
import { log } from "@/server/platform/log";
import { workerConnection } from "@/server/platform/queue/connection";
import { closeQueues, QUEUE_PREFIX } from "@/server/platform/queue/enqueue";
import { closeRegistries } from "@/server/registries/open-registry";
import { handleCrawl } from "./handlers/crawl";
import { handleGcJoined } from "./handlers/gc-joined";
import { handleGcShard } from "./handlers/gc-shard";
import { handleRegistryEvents } from "./handlers/registry-events";
import { handleRun } from "./handlers/run";
import type { JobContext } from "./job-context";
import { startSchedules } from "./schedules";

/** One handler a job: forgetting one does not compile. */
const HANDLERS: { [N in JobName]: (payload: JobPayload<N>, context: JobContext) => Promise<void> } = {
  run: handleRun,
  crawl: handleCrawl,
  "registry-events": handleRegistryEvents,
  "gc-shard": handleGcShard,
  "gc-joined": handleGcJoined,
};

const CONCURRENCY: Record<JobName, number> = { run: 8, crawl: 1, "registry-events": 2, "gc-shard": 2, "gc-joined": 1 };

/**
 * Starts taking jobs. `close` stops in order: no new jobs, running ones are given back (their rows say how far they
 * came), then queues, registries and the database.
 */
export async function startWorker(context: JobContext): Promise<{ close(): Promise<void> }> {
  const connection = workerConnection();
  const workers = (Object.keys(HANDLERS) as JobName[]).map((name) => startOne(name, connection, context));
  const schedules = startSchedules(context);
  return {
    async close() {
      schedules.stop();
      await Promise.allSettled(workers.map((worker) => worker.close()));
      await schedules.settled();
      connection.disconnect();
      await closeQueues();
      closeRegistries();
      await disconnectPrisma();
    },
  };
}

function startOne(name: JobName, connection: ReturnType<typeof workerConnection>, context: JobContext): Worker {
  const handle = HANDLERS[name] as (payload: unknown, context: JobContext) => Promise<void>;
  const worker = new Worker(name, (job) => handle(JOBS[name].parse(job.data), context), {
    connection,
    prefix: QUEUE_PREFIX,
    concurrency: CONCURRENCY[name],
    // By which a collection finds out whether there is anybody to share its work with.
    name: context.workerId,
  });
  worker.on("error", (error) => log.warn({ queue: name, message: error.message }, "worker"));
  worker.on("failed", (job, error) => log.error({ queue: name, data: job?.data, error }, "job failed"));
  return worker;
}
