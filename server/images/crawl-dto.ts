import type { CrawlDto } from "@/contracts/crawls";
import type { CrawlRecord } from "./crawl.store";

/** A crawl as a workspace may see it: of one that other workspaces share, neither its numbers nor what it said. */
export function crawlDto(crawl: CrawlRecord, viewer: { isOwner: boolean; isSharedRegistry: boolean }): CrawlDto {
  const isShared = crawl.spaceId === null && viewer.isSharedRegistry;
  const isOpen = viewer.isOwner && !isShared;
  return {
    id: crawl.id,
    registryId: crawl.registryId,
    spaceId: crawl.spaceId,
    status: crawl.status as CrawlDto["status"],
    trigger: crawl.trigger as CrawlDto["trigger"],
    source: crawl.source as CrawlDto["source"],
    requestedByName: isOpen ? crawl.requestedByName : null,
    isCancelRequested: crawl.cancelRequestedAt !== null,
    isCancellable: isOpen && crawl.finishedAt === null,
    repositoriesTotal: isShared ? null : crawl.repositoriesTotal,
    repositoriesDone: isShared ? 0 : crawl.repositoriesDone,
    repositoriesFailed: isShared ? 0 : crawl.repositoriesFailed,
    manifestsRead: isShared ? 0 : crawl.manifestsRead,
    error: crawl.error === null || isOpen ? crawl.error : "Some of the registry could not be read.",
    createdAt: crawl.createdAt.toISOString(),
    startedAt: crawl.startedAt?.toISOString() ?? null,
    finishedAt: crawl.finishedAt?.toISOString() ?? null,
  };
}
