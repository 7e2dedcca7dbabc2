import { enqueue } from "@/server/platform/queue/enqueue";

/** Hands a crawl to the workers. The epoch is part of the job's id: a crawl that was given back is a new job. */
export async function enqueueCrawlJob(crawl: { id: string; epoch: number }): Promise<void> {
  await enqueue("crawl", { crawlId: crawl.id }, { jobId: `${crawl.id}-${crawl.epoch}` });
}
