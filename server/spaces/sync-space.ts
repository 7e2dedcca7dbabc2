import type { CrawlDto } from "@/contracts/crawls";
import { getCrawl } from "@/server/images/get-crawl";
import { startCrawl } from "@/server/images/start-crawl";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { requireSpace } from "./require-space";

/** Has the space read again, every tag of it; while it is being read already, that is the answer. @throws AppError not_found */
export async function syncSpace(scope: WorkspaceScope, input: { spaceId: string }): Promise<CrawlDto> {
  const space = await requireSpace(scope, input.spaceId);
  const { id: crawlId } = await startCrawl({
    registryId: space.registryId,
    spaceId: space.id,
    trigger: "manual",
    requestedByName: scope.actor.name,
  });
  return getCrawl(scope, { spaceId: space.id, crawlId });
}
