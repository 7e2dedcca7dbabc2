// What runs in a thread of StorageThreads: one job at a time, answered under its number.
import { parentPort } from "node:worker_threads";
import { StorageReadError } from "./blob-storage";
import { doWork, WorkStopped } from "./filesystem-work";
import type { ThreadAnswer, ThreadJob } from "./thread-jobs";

parentPort?.on("message", ({ id, job }: { id: number; job: ThreadJob }) => {
  Promise.resolve()
    .then(() => doWork(job))
    .then(
      (result): ThreadAnswer => ({ id, state: "done", result }),
      (error: unknown): ThreadAnswer => {
        if (error instanceof WorkStopped) return { id, state: "stopped" };
        if (error instanceof StorageReadError) return { id, state: "failed", path: error.path, reason: error.reason };
        return {
          id,
          state: "failed",
          path: null,
          reason: error instanceof Error ? (error.stack ?? "") : String(error),
        };
      },
    )
    .then((answer) => parentPort?.postMessage(answer));
});
