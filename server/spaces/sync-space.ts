import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { enqueueCrawl } from "@/server/registries/enqueue-crawl";
import { requireSpace } from "./require-space";

/** Has the space's registry read again. @throws AppError not_found */
export async function syncSpace(scope: WorkspaceScope, input: { spaceId: string }): Promise<{ queued: true }> {
  const space = await requireSpace(scope, input.spaceId);
  await enqueueCrawl(space.registryId);
  return { queued: true };
}
