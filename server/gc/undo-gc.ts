import type { RunDto } from "@/contracts/history";
import { getRun } from "@/server/history/get-run";
import { recordAudit } from "@/server/history/record-audit";
import { AppError, notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { prisma } from "@/server/platform/db/prisma";
import { beginUndo, findQuarantine } from "./quarantine.store";

/**
 * Puts back everything that an online collection took and still keeps. It is begun here and done by the worker's clock, within seconds;
 * asked for again, it changes nothing.
 * @throws AppError not_found; conflict with the reason where there is nothing (any more) to put back
 */
export async function undoGc(scope: WorkspaceScope, input: { runId: string }): Promise<RunDto> {
  const run = await getRun(scope, input);
  if (run.kind !== "gc") throw notFound();
  const quarantine = await findQuarantine(run.id);
  if (quarantine?.state === "giving_back" || quarantine?.state === "given_back") return run;
  const isBegun = await prisma().$transaction(async (tx) => {
    if (!(await beginUndo(tx, run.id, new Date()))) return false;
    await recordAudit(tx, {
      workspaceId: scope.workspaceId,
      spaceId: run.spaceId,
      actor: scope.actor,
      action: "gc.undo",
      resourceType: "run",
      resourceId: run.id,
    });
    return true;
  });
  if (!isBegun)
    throw new AppError("conflict", "What this collection took is gone for good: nothing of it is kept (any more).");
  return run;
}
