import { enqueue } from "@/server/platform/queue/enqueue";

const SAME_REQUEST_MS = 2_000;

/** Has a registry read into the inventory. Requests within two seconds are one. */
export async function enqueueCrawl(registryId: string): Promise<void> {
  await enqueue("crawl", { registryId }, { jobId: `crawl-${registryId}-${Math.floor(Date.now() / SAME_REQUEST_MS)}` });
}

/** As `enqueueCrawl`, for one that is only due: none is added while an earlier one waits or is under way, however long it takes. */
export async function enqueueDueCrawl(registryId: string): Promise<void> {
  await enqueue("crawl", { registryId }, { jobId: `crawl-${registryId}-due` });
}
