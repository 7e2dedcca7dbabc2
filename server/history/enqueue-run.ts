import { enqueue } from "@/server/platform/queue/enqueue";

/** Hands a run to the workers. The epoch is part of the job's id: a run that was given back is a new job. */
export async function enqueueRun(run: { id: string; epoch: number }): Promise<void> {
  await enqueue("run", { runId: run.id }, { jobId: `${run.id}-${run.epoch}` });
}
