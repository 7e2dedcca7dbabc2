import { listLastCrawlTimes } from "./crawl.store";

/** When each registry was last asked to be read whole, whatever became of it; one that never was is left out. */
export function lastCrawlTimes(): Promise<Map<string, Date>> {
  return listLastCrawlTimes();
}
