import type { CrawlDto } from "@/contracts/crawls";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { requireReadableSpace } from "@/server/spaces/require-readable-space";
import { findLastReadAt, isSharedRegistry, listCrawlsOfSpace } from "./crawl.store";
import { crawlDto } from "./crawl-dto";

/** The latest crawls that covered a space, newest first. @throws AppError not_found */
export async function listCrawls(
  scope: WorkspaceScope,
  input: { spaceId: string; limit: number },
): Promise<{ items: CrawlDto[]; lastReadAt: string | null }> {
  const space = await requireReadableSpace(scope, input.spaceId);
  const [crawls, lastReadAt, isShared] = await Promise.all([
    listCrawlsOfSpace(space, input.limit),
    findLastReadAt(space),
    isSharedRegistry(space.registryId, space.workspaceId),
  ]);
  const viewer = { isOwner: space.access === "owner", isSharedRegistry: isShared };
  return {
    items: crawls.map((crawl) => crawlDto(crawl, viewer)),
    lastReadAt: lastReadAt?.toISOString() ?? null,
  };
}
