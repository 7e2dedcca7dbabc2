import type { JobPayload } from "@/contracts/jobs";
import { measureUnused } from "@/server/gc/measure-unused";
import { crawlRegistry } from "@/server/images/crawl-registry";
import type { JobContext } from "../job-context";

/** Reads a registry into the inventory, then measures what a collection would free. */
export async function handleCrawl({ registryId }: JobPayload<"crawl">, { shutdown }: JobContext): Promise<void> {
  await crawlRegistry(registryId, shutdown);
  await measureUnused(registryId, shutdown);
}
