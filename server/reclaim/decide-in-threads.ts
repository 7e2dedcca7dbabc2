import type { ResourceLimits, Worker } from "node:worker_threads";
import type { BlobTable } from "@/domain/reclaim/blob-table";
import type { SpacePlan } from "@/domain/reclaim/space-plan";
import type { RuleLimits } from "@/domain/rules/rule";
import type { PlanSpool } from "@/server/history/plan-spool";
import type { RepositoryRow } from "@/server/images/read-listed-repositories";
import { startThread } from "@/server/platform/start-thread";
import type { Decision } from "./decide-repositories";
import type { PlanThreadAnswer, PlanThreadJob } from "./plan-thread-job";

/**
 * A thread holds some repositories at a time. Young objects need room to die in: with a third of this a thread copies for as long as it
 * computes, left alone it would let hundreds of megabytes gather. Old ones stay within twice what is in use (see workerFlags), some 40 MB; what is
 * allowed beyond is for a very large repository.
 */
const MEMORY = { maxYoungGenerationSizeMb: 96, maxOldGenerationSizeMb: 2048 };

/**
 * Decides a space by several threads, each a part of its repositories, all as of the moment of one snapshot. Their rows go to the spools, one each,
 * in the order of the parts; their numbers into `plan` and `blobs`, which come to what one alone would have made of them.
 * Answers false, with nothing added to either, where a thread's memory does not do.
 * @throws the signal's reason when it aborts, and whatever else ends a thread
 */
export async function decideInThreads(
  decision: Decision,
  { snapshot, limits, spools }: { snapshot: string; limits: RuleLimits; spools: readonly PlanSpool[] },
  { plan, blobs }: { plan: SpacePlan; blobs: BlobTable },
  signal: AbortSignal,
  memory: ResourceLimits = MEMORY,
): Promise<boolean> {
  const parts = evenParts(decision.repositories, spools.length);
  const threads = spools.map((spool) => ({ spool, thread: startThread("plan-thread", import.meta.url, memory) }));
  const end = () => Promise.all(threads.map(({ thread }) => thread.terminate()));
  const onAbort = () => void end();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    const answers = await Promise.all(
      threads.map(({ thread, spool: { file, run } }, at) =>
        answerOf(thread, { ...decision, repositories: parts[at] ?? [], snapshot, limits, file, run }),
      ),
    );
    signal.throwIfAborted();
    // Their memory is given back before ours grows.
    await end();
    for (const answer of answers) plan.addAll(answer.plan, blobs.addAll(answer.blobs));
    return true;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof Error && "code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY") return false;
    throw error;
  } finally {
    signal.removeEventListener("abort", onAbort);
    // Nobody writes to a file any more once this is over.
    await end();
  }
}

function answerOf(thread: Worker, job: PlanThreadJob): Promise<PlanThreadAnswer> {
  return new Promise((resolve, reject) => {
    thread.once("message", resolve);
    thread.once("error", reject);
    thread.once("exit", (code) => reject(new Error(`a thread that planned ended with ${code}`)));
    thread.postMessage(job);
  });
}

/** Parts with about as many images each, in the order of the names. */
function evenParts(repositories: readonly RepositoryRow[], count: number): RepositoryRow[][] {
  const parts = Array.from({ length: count }, (): RepositoryRow[] => []);
  const all = repositories.reduce((sum, { imageCount }) => sum + imageCount + 1, 0);
  let before = 0;
  for (const repository of repositories) {
    parts[Math.min(count - 1, Math.floor((before / all) * count))]?.push(repository);
    before += repository.imageCount + 1;
  }
  return parts;
}
