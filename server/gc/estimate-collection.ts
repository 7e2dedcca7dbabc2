import type { GcStatusDto } from "@/contracts/gc";
import type { RunNumbers } from "@/contracts/history";
import { estimateDuration } from "@/domain/gc/estimate-duration";
import { listPastCollections } from "./gc-overview.store";

const PAST_RUNS = 5;

/** About how long the next collection of a registry takes: it has to read about as much as the latest did. Null with nothing to go by. */
export async function estimateCollection(registryId: string): Promise<GcStatusDto["estimate"]> {
  const runs = (await listPastCollections(registryId, PAST_RUNS)).flatMap((run) => {
    if (!run.startedAt || !run.finishedAt) return [];
    const { manifestsDone, manifestsTotal, blobsDone = 0, deletedBlobs = 0 } = run.totals as RunNumbers;
    const work = (manifestsDone ?? manifestsTotal ?? 0) + blobsDone + deletedBlobs;
    return [{ seconds: (run.finishedAt.getTime() - run.startedAt.getTime()) / 1000, work }];
  });
  const seconds = estimateDuration(runs, runs[0]?.work ?? 0);
  return seconds === null ? null : { seconds, fromRuns: runs.length };
}
