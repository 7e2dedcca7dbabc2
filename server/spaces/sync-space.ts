import type { CrawlDto } from "@/contracts/crawls";
import { recordAudit } from "@/server/history/record-audit";
import { getCrawl } from "@/server/images/get-crawl";
import { startCrawl } from "@/server/images/start-crawl";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { requireSpace } from "./require-space";

/** Has the space read again, every tag of it; while it is being read already, that is the answer. @throws AppError not_found */
export async function syncSpace(scope: WorkspaceScope, input: { spaceId: string }): Promise<CrawlDto> {
  const space = await requireSpace(scope, input.spaceId);
  const { workspaceId, actor } = scope;
  const { id: spaceId, registryId } = space;
  const { id: crawlId } = await startCrawl(
    { registryId, spaceId, trigger: "manual", requestedByName: actor.name },
    (tx, crawl) =>
      recordAudit(tx, {
        ...{ workspaceId, spaceId, actor, action: "crawls.start", resourceType: "crawl", resourceId: crawl.id },
      }),
  );
  return getCrawl(scope, { spaceId: space.id, crawlId });
}
