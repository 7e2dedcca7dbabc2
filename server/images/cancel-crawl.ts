import type { CrawlDto } from "@/contracts/crawls";
import { recordAudit } from "@/server/history/record-audit";
import { AppError, notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { prisma } from "@/server/platform/db/prisma";
import { env } from "@/server/platform/env";
import { requireSpace } from "@/server/spaces/require-space";
import { findCrawlOfSpace, isSharedRegistry, requestCrawlCancel } from "./crawl.store";
import { getCrawl } from "./get-crawl";

/**
 * Stops a crawl: one that waits at once, a running one within two seconds. What it has read stays. Asking again, or too late,
 * changes nothing and answers with the crawl as it is.
 * @throws AppError not_found, unprocessable (other workspaces wait for it too)
 */
export async function cancelCrawl(
  scope: WorkspaceScope,
  input: { spaceId: string; crawlId: string },
): Promise<CrawlDto> {
  const space = await requireSpace(scope, input.spaceId);
  const crawl = await findCrawlOfSpace(space, input.crawlId);
  if (!crawl) throw notFound();
  if (crawl.spaceId === null && (await isSharedRegistry(space.registryId, scope.workspaceId)))
    throw new AppError("unprocessable", "Other workspaces use this registry too, and wait for this reading.");
  const { workspaceId, actor } = scope;
  await prisma().$transaction(async (tx) => {
    if (!(await requestCrawlCancel(tx, crawl.id, env().RECLAIM_HEARTBEAT_STALE_SECONDS))) return;
    await recordAudit(tx, {
      ...{ workspaceId, spaceId: space.id, actor },
      ...{ action: "crawls.cancel", resourceType: "crawl", resourceId: crawl.id },
    });
  });
  return getCrawl(scope, input);
}
