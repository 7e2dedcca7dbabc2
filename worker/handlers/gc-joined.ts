import type { JobPayload } from "@/contracts/jobs";
import { reconcileRun } from "@/server/history/reconcile-runs";

/** The run's own worker sees in PostgreSQL that all is done; where it fell silent meanwhile, another takes the run up at once. */
export async function handleGcJoined({ runId }: JobPayload<"gc-joined">): Promise<void> {
  await reconcileRun(runId);
}
