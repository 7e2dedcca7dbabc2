import { startCrawl } from "@/server/images/start-crawl";

/**
 * Has a registry, or one space of it, read into the inventory: `first` when it was attached or the space made, `run` after moves
 * and collections. One that is under way already may have passed what has changed: another follows it then.
 */
export async function enqueueCrawl(
  registryId: string,
  request: { trigger: "first" | "run"; spaceId?: string } = { trigger: "run" },
): Promise<void> {
  const { trigger, spaceId = null } = request;
  await startCrawl({ registryId, spaceId, trigger, repeatsRunning: true });
}
