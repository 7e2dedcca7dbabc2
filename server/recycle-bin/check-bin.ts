import { recordAudit } from "@/server/history/record-audit";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { prisma } from "@/server/platform/db/prisma";
import { requireSpace } from "@/server/spaces/require-space";
import { requestChecks } from "./bin-check.store";

/** Has every entry of a space's bin read back soon, by the worker. Answers how many. @throws AppError not_found */
export async function checkBin(scope: WorkspaceScope, input: { spaceId: string }): Promise<{ pending: number }> {
  const space = await requireSpace(scope, input.spaceId);
  return prisma().$transaction(async (tx) => {
    const pending = await requestChecks(tx, space);
    await recordAudit(tx, {
      ...{ workspaceId: scope.workspaceId, spaceId: space.id, actor: scope.actor, action: "bin.check" },
      ...{ resourceType: "space", resourceId: space.id, data: { name: space.name, count: pending } },
    });
    return { pending };
  });
}
