import type { RunDto } from "@/contracts/history";
import { notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { prisma } from "@/server/platform/db/prisma";
import { getRun } from "./get-run";
import { recordAudit } from "./record-audit";
import { findRun, requestCancel } from "./run.store";

/**
 * Asks a run to stop: a queued one ends at once, a running one within two seconds. Asking again, or too late, changes
 * nothing and answers with the run as it is.
 * @throws AppError not_found
 */
export async function cancelRun(scope: WorkspaceScope, input: { runId: string }): Promise<RunDto> {
  const run = await findRun(scope.workspaceId, input.runId);
  if (!run) throw notFound();
  await prisma().$transaction(async (tx) => {
    const result = await requestCancel(tx, scope.workspaceId, run.id, scope.actor.name);
    if (result === "finished_before" || run.cancelRequestedAt) return;
    await recordAudit(tx, {
      workspaceId: scope.workspaceId,
      spaceId: run.spaceId,
      actor: scope.actor,
      action: `${run.kind}.cancel`,
      resourceType: "run",
      resourceId: run.id,
    });
  });
  return getRun(scope, input);
}
