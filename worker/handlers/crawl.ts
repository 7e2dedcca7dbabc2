import type { JobPayload } from "@/contracts/jobs";
import { measureUnused } from "@/server/gc/measure-unused";
import { executeCrawl } from "@/server/images/execute-crawl";
import type { JobContext } from "../job-context";

/** Reads a registry into the inventory, then measures what a collection would free. */
export async function handleCrawl({ crawlId }: JobPayload<"crawl">, { workerId, shutdown }: JobContext): Promise<void> {
  const read = await executeCrawl(crawlId, workerId, shutdown);
  if (read) await measureUnused(read.registryId, shutdown);
}
