// What runs in a thread of StorageThreads: one job at a time, answered under its number.
import { parentPort } from "node:worker_threads";
import { StorageReadError } from "./blob-storage";
import { doWork, WorkStopped } from "./filesystem-work";
import type { ThreadAnswer, ThreadJob, ThreadResults } from "./thread-jobs";

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
    .then((answer) => parentPort?.postMessage(answer, answer.state === "done" ? buffersOf(answer.result) : []));
});

/** What is handed over instead of copied. */
function buffersOf(result: ThreadResults[keyof ThreadResults]): ArrayBuffer[] {
  if (Array.isArray(result)) return [];
  const words = ArrayBuffer.isView(result) ? result : wordsIn(result);
  return words?.buffer instanceof ArrayBuffer ? [words.buffer] : [];
}

function wordsIn(result: ThreadResults["shards" | "repositories" | "manifests"]): Uint32Array | null {
  if ("listing" in result) return result.listing.words;
  return "pack" in result ? result.pack : result.words;
}
