import type { RunDto } from "@/contracts/history";
import { AppError, notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { isUniqueViolation, prisma } from "@/server/platform/db/prisma";
import { requireReclaimsAllowed } from "@/server/platform-settings/require-reclaims-allowed";
import { confirmWaiting } from "./confirmation.store";
import { enqueueRun } from "./enqueue-run";
import { getRun } from "./get-run";
import { recordAudit } from "./record-audit";
import { findRun } from "./run.store";

/**
 * Lets a run go on that waits for a confirmation: with the plan it has, each of its items looked at once more before it goes. One that was
 * confirmed already is answered as it is.
 * @throws AppError not_found, conflict (it does not wait any more; its time is up; another reclaim of the space is active; reclaims are
 * stopped on the platform)
 */
export async function confirmRun(scope: WorkspaceScope, input: { runId: string }, now = new Date()): Promise<RunDto> {
  const run = await findRun(scope.workspaceId, input.runId);
  if (!run) throw notFound();
  if (run.confirmedAt) return getRun(scope, input);
  try {
    const queued = await prisma().$transaction(async (tx) => {
      await requireReclaimsAllowed(tx);
      const confirmed = await confirmWaiting(tx, scope.workspaceId, run.id, scope.actor.name, now);
      if (!confirmed) return null;
      await recordAudit(tx, {
        ...{ workspaceId: scope.workspaceId, spaceId: run.spaceId, actor: scope.actor },
        ...{ action: "reclaim.confirm", resourceType: "run", resourceId: run.id },
        data: run.confirmation as Record<string, unknown>,
      });
      return confirmed;
    });
    if (queued) await enqueueRun(queued);
    else await requireConfirmed(scope, run.id);
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw new AppError(
      "conflict",
      "Another reclaim of this registry space is running. Confirm this one when that is over.",
    );
  }
  return getRun(scope, input);
}

/** Two who confirm at once both have what they want. @throws AppError conflict */
async function requireConfirmed(scope: WorkspaceScope, runId: string): Promise<void> {
  const now = await findRun(scope.workspaceId, runId);
  if (now?.confirmedAt) return;
  throw new AppError("conflict", "This run does not wait for a confirmation any more. Load it again.");
}
