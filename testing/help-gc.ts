// A worker that does nothing but help with collections, in a process of its own: tests stop and kill it. It ends on SIGTERM.
import { Worker } from "bullmq";
import { JOBS } from "@/contracts/jobs";
import { helpCollection } from "@/server/gc/help-collection";
import { workerConnection } from "@/server/platform/queue/connection";
import { QUEUE_PREFIX } from "@/server/platform/queue/enqueue";

const shutdown = new AbortController();
const workerId = process.argv[2] ?? `helper-${process.pid}`;
const worker = new Worker(
  "gc-shard",
  (job) => helpCollection(JOBS["gc-shard"].parse(job.data), workerId, shutdown.signal),
  {
    ...{ connection: workerConnection(), prefix: QUEUE_PREFIX, name: workerId, concurrency: 1 },
  },
);
// Redis was flushed, or is away: what it says of a job does not matter.
worker.on("error", () => undefined);
worker.on("failed", (_, error) => process.stderr.write(`${workerId}: ${error.stack}\n`));
process.on("SIGTERM", () => {
  shutdown.abort();
  void worker.close().then(() => process.exit(0));
});
