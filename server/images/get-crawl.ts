import type { CrawlDto } from "@/contracts/crawls";
import { notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { requireReadableSpace } from "@/server/spaces/require-readable-space";
import { findCrawlOfSpace, isSharedRegistry } from "./crawl.store";
import { crawlDto } from "./crawl-dto";

/** A crawl that covers this space. @throws AppError not_found for an unknown and for a foreign one */
export async function getCrawl(scope: WorkspaceScope, input: { spaceId: string; crawlId: string }): Promise<CrawlDto> {
  const space = await requireReadableSpace(scope, input.spaceId);
  const crawl = await findCrawlOfSpace(space, input.crawlId);
  if (!crawl) throw notFound();
  const isShared = await isSharedRegistry(space.registryId, space.workspaceId);
  return crawlDto(crawl, { isOwner: space.access === "owner", isSharedRegistry: isShared });
}
