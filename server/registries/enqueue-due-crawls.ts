import { lastCrawlTimes } from "@/server/images/last-crawl-times";
import { startCrawl } from "@/server/images/start-crawl";
import { env } from "@/server/platform/env";
import { listAllRegistries } from "./registry.store";

const MINUTE_MS = 60_000;
/** After one that failed, or was cancelled, the next comes no sooner. */
const RETRY_AFTER_MS = 5 * MINUTE_MS;

/** Has every registry read again that nobody has read for RECLAIM_CRAWL_EVERY_MINUTES: notifications get lost. */
export async function enqueueDueCrawls(now: Date): Promise<void> {
  const everyMs = env().RECLAIM_CRAWL_EVERY_MINUTES * MINUTE_MS;
  const askedAt = await lastCrawlTimes();
  for (const registry of await listAllRegistries()) {
    const sinceRead = now.getTime() - (registry.lastCrawledAt?.getTime() ?? 0);
    const sinceAsked = now.getTime() - (askedAt.get(registry.id)?.getTime() ?? 0);
    if (sinceRead > everyMs && sinceAsked > Math.min(everyMs, RETRY_AFTER_MS))
      await startCrawl({ registryId: registry.id, trigger: "schedule" });
  }
}
