import { prisma, type Transaction } from "@/server/platform/db/prisma";
import { newId } from "@/server/platform/new-id";
import { type CrawlRecord, type CrawlTrigger, insertCrawl } from "./crawl.store";
import { enqueueCrawlJob } from "./enqueue-crawl-job";

/**
 * Has a registry, or one space of it, read into the inventory: row first, then job. While one is active it is the answer; with
 * `repeatsRunning`, another follows one that has begun already. `within` is done in the transaction of the row.
 */
export async function startCrawl(
  request: {
    registryId: string;
    spaceId?: string | null;
    trigger: CrawlTrigger;
    requestedByName?: string | null;
    repeatsRunning?: boolean;
  },
  within?: (tx: Transaction, crawl: CrawlRecord) => Promise<void>,
): Promise<CrawlRecord> {
  const { registryId, spaceId = null, trigger, requestedByName = null, repeatsRunning = false } = request;
  const id = newId("crawl");
  const row = { id, registryId, spaceId, trigger, requestedByName, repeatsRunning };
  const crawl = await prisma().$transaction(async (tx) => {
    const inserted = await insertCrawl(tx, row);
    await within?.(tx, inserted);
    return inserted;
  });
  // Also for one that waits already: its job may have been lost.
  if (crawl.status === "queued") await enqueueCrawlJob(crawl);
  return crawl;
}
