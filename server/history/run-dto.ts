import type { RunDto, RunNumbers } from "@/contracts/history";
import { displayStatus } from "@/domain/history/run-status";
import type { AskedConfirmation, RunRecord } from "./run.store";

const iso = (date: Date | null): string | null => date?.toISOString() ?? null;

function confirmationDto(run: RunRecord): RunDto["confirmation"] {
  if (run.confirmation === null) return null;
  const asked = run.confirmation as unknown as AskedConfirmation;
  // What was asked before tags counted has none of these.
  const before = { reason: "images", tags: 0, tagsTotal: 0 } as const;
  return { ...before, ...asked, confirmedAt: iso(run.confirmedAt), confirmedByName: run.confirmedByName };
}

/** A run as the API shows it. */
export function runDto(run: RunRecord): RunDto {
  return {
    id: run.id,
    spaceId: run.spaceId,
    registryId: run.registryId,
    kind: run.kind,
    status: displayStatus(run),
    phase: run.phase,
    isDryRun: run.isDryRun,
    trigger: run.trigger,
    options: run.options as Record<string, unknown>,
    requestedByName: run.requestedByName,
    cancelRequestedBy: run.cancelRequestedBy,
    confirmation: confirmationDto(run),
    progress: run.progress as RunNumbers,
    totals: run.totals as RunNumbers,
    error: run.error as RunDto["error"],
    lastSequence: run.lastSequence,
    itemsPrunedAt: iso(run.itemsPrunedAt),
    createdAt: run.createdAt.toISOString(),
    startedAt: iso(run.startedAt),
    finishedAt: iso(run.finishedAt),
  };
}
