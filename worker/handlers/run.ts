import type { JobPayload } from "@/contracts/jobs";
import { executeGc } from "@/server/gc/execute-gc";
import { executeRun } from "@/server/history/execute-run";
import type { RunExecutors } from "@/server/history/run-context";
import { executeReclaim } from "@/server/reclaim/execute-reclaim";
import { executePurge } from "@/server/recycle-bin/execute-purge";
import { executeRestore } from "@/server/recycle-bin/execute-restore";
import { enqueueCrawl } from "@/server/registries/enqueue-crawl";
import type { JobContext } from "../job-context";

const EXECUTORS: RunExecutors = {
  reclaim: executeReclaim,
  restore: executeRestore,
  purge: executePurge,
  gc: executeGc,
};

export async function handleRun({ runId }: JobPayload<"run">, { workerId, shutdown }: JobContext): Promise<void> {
  const ended = await executeRun(runId, workerId, EXECUTORS, shutdown);
  // What moved changes what a collection would free; the screen shows it before somebody asks for one.
  if (ended?.isMove) await enqueueCrawl(ended.registryId);
}
