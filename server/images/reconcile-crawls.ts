import { env } from "@/server/platform/env";
import { listCrawlsToEnqueue } from "./crawl.store";
import { enqueueCrawlJob } from "./enqueue-crawl-job";

const BATCH = 200;

/** Puts every crawl that waits, or whose worker fell silent, into the queue again; it goes on where it stopped. */
export async function reconcileCrawls(): Promise<number> {
  const crawls = await listCrawlsToEnqueue(env().RECLAIM_HEARTBEAT_STALE_SECONDS, BATCH);
  for (const crawl of crawls) await enqueueCrawlJob(crawl);
  return crawls.length;
}
