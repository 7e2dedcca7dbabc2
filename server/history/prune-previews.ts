import { PREVIEW_DAYS_MAX, PREVIEWS_KEPT } from "@/contracts/run-items";
import { listPreviewsToPrune, pruneItemsOf } from "./run-list.store";

const DAY_MS = 86_400_000;
const RUNS_PER_ROUND = 20;

/**
 * Drops the verdicts of old previews; their rows stay, with totals and rules. Runs that moved anything keep every item for ever.
 * @returns how many previews lost their verdicts
 */
export async function prunePreviews(now: Date, shutdown?: AbortSignal): Promise<number> {
  const finishedBefore = new Date(now.getTime() - PREVIEW_DAYS_MAX * DAY_MS);
  const runIds = await listPreviewsToPrune({ finishedBefore, kept: PREVIEWS_KEPT, limit: RUNS_PER_ROUND });
  let pruned = 0;
  for (const runId of runIds) {
    if (shutdown?.aborted) break;
    await pruneItemsOf(runId, now);
    pruned += 1;
  }
  return pruned;
}
