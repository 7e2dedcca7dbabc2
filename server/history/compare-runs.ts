import type { RunChange, RunComparisonDto, RunItemChangeDto } from "@/contracts/run-items";
import { cursorInteger, decodeCursor, encodeCursor } from "@/lib/cursor";
import { AppError, notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { findRun, type RunRecord } from "./run.store";
import {
  type ChangePosition,
  type ComparedItem,
  countChangedItems,
  findPreviewBefore,
  listChangedItems,
} from "./run-comparison.store";
import { runDto } from "./run-dto";
import { runItemDto } from "./run-item-dto";
import { listRunItemsByOrdinal } from "./run-item-list.store";

const NONE = { new: 0, gone: 0, now_goes: 0, now_kept: 0, other_tags: 0, same: 0 };

/**
 * What differs between a plan and an earlier one: by default the last preview of the same rules before it, of anybody. Answers
 * `against: null` where there is none.
 * @throws AppError not_found (either run), unprocessable (one of them is no reclaim, or is of another space, or has no verdicts any more)
 */
export async function compareRuns(
  scope: WorkspaceScope,
  input: {
    runId: string;
    against?: string | undefined;
    change?: RunChange | undefined;
    cursor?: string | undefined;
    limit: number;
  },
): Promise<RunComparisonDto> {
  const run = await requireRun(scope, input.runId);
  if (run.kind !== "reclaim") throw new AppError("unprocessable", "Only reclaims and previews are compared.");
  const againstId = input.against ?? (await findPreviewBefore(run));
  if (againstId === null) return { items: [], nextCursor: null, total: 0, against: null, totals: NONE };
  const against = await requireRun(scope, againstId);
  if (against.kind !== "reclaim" || against.spaceId !== run.spaceId)
    throw new AppError("unprocessable", "A run is compared with another reclaim of its space only.");
  if (run.itemsPrunedAt || against.itemsPrunedAt)
    throw new AppError("unprocessable", "The verdicts of an old preview are no longer kept, so it is not compared.");
  const runs = { runId: run.id, againstId };
  const [rows, counts] = await Promise.all([
    listChangedItems(runs, { change: input.change, after: positionOf(input.cursor), limit: input.limit + 1 }),
    countChangedItems(runs),
  ]);
  const totals = { ...NONE, ...Object.fromEntries(counts.map(({ change, count }) => [change, count])) };
  const page = rows.slice(0, input.limit);
  const last = page.at(-1);
  const { same: _, ...changed } = totals;
  return {
    items: await changesOf(runs, page),
    nextCursor:
      rows.length > input.limit && last ? encodeCursor([String(last.rank), last.repositoryName, last.digest]) : null,
    total: input.change ? totals[input.change] : Object.values(changed).reduce((sum, count) => sum + count, 0),
    against: runDto(against),
    totals,
  };
}

async function requireRun(scope: WorkspaceScope, runId: string): Promise<RunRecord> {
  const run = await findRun(scope.workspaceId, runId);
  if (!run) throw notFound();
  return run;
}

async function changesOf(
  runs: { runId: string; againstId: string },
  page: readonly ComparedItem[],
): Promise<RunItemChangeDto[]> {
  const ordinals = (side: "before" | "after") => page.map((one) => one[side]).filter((ordinal) => ordinal !== null);
  const [before, after] = await Promise.all([
    listRunItemsByOrdinal(runs.againstId, ordinals("before")),
    listRunItemsByOrdinal(runs.runId, ordinals("after")),
  ]);
  const byOrdinal = (rows: typeof before) => new Map(rows.map((row) => [row.ordinal, runItemDto(row)]));
  const [beforeOf, afterOf] = [byOrdinal(before), byOrdinal(after)];
  return page.flatMap((one) => {
    const was = (one.before !== null && beforeOf.get(one.before)) || null;
    const now = (one.after !== null && afterOf.get(one.after)) || null;
    const shown = now ?? was;
    // Dropped between the two readings.
    if (shown === null) return [];
    const { repositoryName, digest, kind, tags, logicalBytes } = shown;
    return [{ change: one.change, repositoryName, digest, kind, tags, logicalBytes, before: was, after: now }];
  });
}

function positionOf(cursor: string | undefined): ChangePosition | undefined {
  const [place, repositoryName, digest] = decodeCursor(cursor) ?? [];
  const rank = cursorInteger(place);
  return rank === undefined || repositoryName === undefined || digest === undefined
    ? undefined
    : { rank, repositoryName, digest };
}
