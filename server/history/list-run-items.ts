import type { RunItemDto } from "@/contracts/run-items";
import { cursorInteger, decodeCursor, encodeCursor } from "@/lib/cursor";
import { notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { findRun } from "./run.store";
import {
  countRunItemRows,
  listRunItemRows,
  type RunItemAction,
  type RunItemRecord,
  type RunItemState,
} from "./run-item.store";

/** The images of a run with verdict and reason, in the order of the plan. @throws AppError not_found */
export async function listRunItems(
  scope: WorkspaceScope,
  input: {
    runId: string;
    action?: RunItemAction | "going" | undefined;
    state?: RunItemState | undefined;
    search?: string | undefined;
    cursor?: string | undefined;
    limit: number;
  },
): Promise<{ items: RunItemDto[]; nextCursor: string | null; total: number }> {
  if (!(await findRun(scope.workspaceId, input.runId))) throw notFound();
  const { runId, action, state, search } = input;
  const filter = { workspaceId: scope.workspaceId, runId, action, state, search };
  const after = cursorInteger(decodeCursor(input.cursor)?.[0]) ?? -1;
  const [rows, total] = await Promise.all([
    listRunItemRows({ ...filter, afterOrdinal: after, limit: input.limit + 1 }),
    countRunItemRows(filter),
  ]);
  const page = rows.slice(0, input.limit);
  const last = page.at(-1);
  return {
    items: page.map(runItemDto),
    nextCursor: rows.length > input.limit && last ? encodeCursor([String(last.ordinal)]) : null,
    total,
  };
}

function runItemDto(row: RunItemRecord): RunItemDto {
  const reason = row.reason as { code: string; text: string };
  return {
    ordinal: row.ordinal,
    action: row.action as RunItemAction,
    state: row.state as RunItemState,
    repositoryName: row.repositoryName,
    digest: row.digest,
    kind: row.kind,
    tags: row.tags,
    selectedTags: row.selectedTags,
    reasonText: reason.text,
    reasonCode: reason.code,
    ruleId: row.ruleId,
    memberCount: (row.members as unknown[]).length,
    logicalBytes: Number(row.sizeBytes),
    uniqueBytes: Number(row.uniqueBytes),
    ownBytes: null,
    sharedBytes: null,
    pushedAt: row.pushedAt?.toISOString() ?? null,
    lastPulledAt: row.lastPulledAt?.toISOString() ?? null,
    binEntryId: row.binEntryId,
    error: row.error,
  };
}
