import type { OutputOf } from "@/contracts/operation";
import type { previewRetention as previewRetentionOperation } from "@/contracts/recycle-bin";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { requireSpace } from "@/server/spaces/require-space";
import { measureRetention } from "./bin-summary.store";

/** What keeping entries for so many days would do to what is in the bin of a space already. @throws AppError not_found */
export async function previewRetention(
  scope: WorkspaceScope,
  input: { spaceId: string; days: number },
): Promise<OutputOf<typeof previewRetentionOperation>> {
  const space = await requireSpace(scope, input.spaceId);
  const row = await measureRetention(scope.workspaceId, space.id, input.days);
  return {
    currentDays: space.binRetentionDays,
    entryCount: row.entryCount,
    dueAtOnce: { entryCount: row.dueCount, logicalBytes: row.dueBytes },
    nextAt: row.nextAt?.toISOString() ?? null,
  };
}
