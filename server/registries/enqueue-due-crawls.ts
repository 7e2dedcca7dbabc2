import { enqueueDueCrawl } from "./enqueue-crawl";
import { listAllRegistries } from "./registry.store";

const CRAWL_EVERY_MS = 15 * 60_000;

/** Has every registry read again that nobody read for a quarter of an hour: notifications get lost. */
export async function enqueueDueCrawls(now: Date): Promise<void> {
  for (const registry of await listAllRegistries()) {
    const isDue = now.getTime() - (registry.lastCrawledAt?.getTime() ?? 0) > CRAWL_EVERY_MS;
    if (isDue) await enqueueDueCrawl(registry.id);
  }
}
