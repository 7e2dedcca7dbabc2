import { env } from "@/server/platform/env";
import { enqueueRun } from "./enqueue-run";
import { findRunToEnqueue, listRunsToEnqueue } from "./run.store";

const BATCH = 500;

/** Puts every run that waits, or whose worker fell silent, into the queue again. A run that is there already stays one job. */
export async function reconcileRuns(): Promise<number> {
  const runs = await listRunsToEnqueue(env().RECLAIM_HEARTBEAT_STALE_SECONDS, BATCH);
  for (const run of runs) await enqueueRun(run);
  return runs.length;
}

/** As `reconcileRuns`, for one run that somebody thinks of. */
export async function reconcileRun(runId: string): Promise<void> {
  const run = await findRunToEnqueue(runId, env().RECLAIM_HEARTBEAT_STALE_SECONDS);
  if (run) await enqueueRun(run);
}
