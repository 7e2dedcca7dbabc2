import type { RunKind } from "@/domain/history/run-status";
import { AppError, notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { isUniqueViolation, prisma, type Transaction } from "@/server/platform/db/prisma";
import { newId } from "@/server/platform/new-id";
import { requireReclaimsAllowed } from "@/server/platform-settings/require-reclaims-allowed";
import { requireNoneWaiting } from "./active-reclaim";
import { enqueueRun } from "./enqueue-run";
import { recordAudit } from "./record-audit";
import { holdSpace, insertRun, type RunRecord } from "./run.store";

export interface RunRequest {
  kind: RunKind;
  spaceId: string;
  registryId: string;
  isDryRun?: boolean;
  trigger?: "manual" | "schedule" | "quota" | "api";
  /** ids and choices; plain JSON */
  options: Record<string, unknown>;
}

/**
 * Row first, then job: inserts the run with its audit event (and whatever `within` adds, in the same transaction), then
 * enqueues it. If Redis does not take the job, the reconciler will.
 * @throws AppError not_found when the space was removed meanwhile, conflict when one of its kind is active already (one collection a
 * registry, one reclaim a space), one by rules waits for a confirmation, or reclaims are stopped on the platform
 */
export async function createRun(
  scope: WorkspaceScope,
  request: RunRequest,
  within?: (tx: Transaction, run: RunRecord) => Promise<void>,
): Promise<RunRecord> {
  let run: RunRecord;
  try {
    run = await prisma().$transaction(async (tx) => {
      if (!(await holdSpace(tx, scope.workspaceId, request.spaceId))) throw notFound();
      const isReclaim = request.kind === "reclaim" && request.isDryRun !== true;
      const isOwnPurge = request.kind === "purge" && request.trigger === "schedule";
      if (isReclaim || isOwnPurge) await requireReclaimsAllowed(tx);
      if (isReclaim && !("byHand" in request.options)) await requireNoneWaiting(tx, request.spaceId);
      const row = await insertRun(tx, {
        id: newId("run"),
        workspaceId: scope.workspaceId,
        spaceId: request.spaceId,
        registryId: request.registryId,
        kind: request.kind,
        isDryRun: request.isDryRun ?? false,
        trigger: request.trigger ?? (scope.actor.kind === "system" ? "schedule" : "manual"),
        options: request.options,
        requestedById: scope.actor.kind === "user" ? scope.actor.userId : null,
        requestedByName: scope.actor.name,
        frozenNow: new Date(),
      });
      await within?.(tx, row);
      const isPreview = row.isDryRun && row.kind !== "gc";
      // What the console itself previews, nobody asked for.
      if (!isPreview || scope.actor.kind !== "system") {
        await recordAudit(tx, {
          ...{ workspaceId: scope.workspaceId, spaceId: request.spaceId, actor: scope.actor },
          ...{ action: `${request.kind}.${isPreview ? "preview" : "start"}`, resourceType: "run", resourceId: row.id },
          data: { ...(isPreview ? withoutDefinitions(request.options) : request.options), isDryRun: row.isDryRun },
        });
      }
      return row;
    });
  } catch (error) {
    if (isUniqueViolation(error)) throw new AppError("conflict", ACTIVE_ALREADY[request.kind]);
    throw error;
  }
  await enqueueRun(run);
  return run;
}

/** The log keeps for ever which rules were previewed, and the run, for as long as it is there, what they said. */
function withoutDefinitions(options: Record<string, unknown>): Record<string, unknown> {
  return JSON.parse(JSON.stringify(options, (key, value) => (key === "definition" ? undefined : value)));
}

const ACTIVE_ALREADY: Record<RunKind, string> = {
  gc: "A garbage collection of this registry is running already. Wait for it, or cancel it first.",
  reclaim: "A reclaim of this registry space is running already. Wait for it, or cancel it first.",
  restore: "These entries are being restored already.",
  purge: "These entries are being purged already.",
};
