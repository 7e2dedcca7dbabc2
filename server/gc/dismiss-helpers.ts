import { isAnyShardActive, revokeShards } from "./gc-shard.store";

const ASK_EVERY_MS = 25;

/**
 * Has everybody stop who helps with a run, and waits until nobody is at anything of its registry any more, or can be: those that were
 * killed or stand still are not waited for longer than they might have gone on (1.5 s; 5.5 s with a bucket). Before a mark, and before
 * anybody is let in.
 */
export async function dismissHelpers(run: { id: string; registryId: string }): Promise<void> {
  await revokeShards(run.id);
  while (await isAnyShardActive(run.registryId)) await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
}
