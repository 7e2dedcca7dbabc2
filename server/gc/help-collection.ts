import type { JobPayload } from "@/contracts/jobs";
import { openRegistryById } from "@/server/registries/open-registry-by-id";
import { findShardedRun } from "./gc-shard.store";
import { ownWords } from "./own-words";
import { workShard } from "./work-shard";

/**
 * Takes part in a collection that another worker runs, beginning with one shard, as long as there are any to be taken. Ends without a word
 * where there is nothing to do (any more).
 * @throws what a storage or the database fails with: the shard is left to others then
 */
export async function helpCollection(
  { runId, gcEpoch, number }: JobPayload<"gc-shard">,
  workerId: string,
  shutdown: AbortSignal,
): Promise<void> {
  const run = await findShardedRun({ runId, gcEpoch });
  const storage = run && (await openRegistryById(run.registryId))?.storage;
  if (!run || !storage) return;
  const words = await ownWords(run.registryId, run.workspaceId);
  for (let preferred: number | null = number; !shutdown.aborted; preferred = null) {
    const worker = { workerId, preferred, storage, words, isHelper: true };
    if ((await workShard({ runId, gcEpoch }, worker, shutdown)) === "none") return;
  }
}
