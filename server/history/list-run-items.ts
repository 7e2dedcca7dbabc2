import type { RunItemDto, RunItemFilterDto, RunItemSort } from "@/contracts/run-items";
import { cursorInteger, decodeCursor, encodeCursor } from "@/lib/cursor";
import { notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { findRun } from "./run.store";
import { runItemDto } from "./run-item-dto";
import { countRunItemRows, listRunItemRows, type RunItemPosition } from "./run-item-list.store";

type Order = "asc" | "desc";

/** The images of a run with verdict and reason, a page at a time; in the order of the plan unless asked otherwise. @throws AppError not_found */
export async function listRunItems(
  scope: WorkspaceScope,
  input: RunItemFilterDto & {
    runId: string;
    sort?: RunItemSort | undefined;
    order?: Order | undefined;
    cursor?: string | undefined;
    limit: number;
  },
): Promise<{ items: RunItemDto[]; nextCursor: string | null; total: number }> {
  const { runId, sort = "plan", order = "asc", cursor, limit, ...filter } = input;
  const run = await findRun(scope.workspaceId, runId);
  if (!run) throw notFound();
  const after = positionOf(cursor, sort, order);
  const [rows, total] = await Promise.all([
    listRunItemRows(run, filter, { sort, order, after, limit: limit + 1 }),
    countRunItemRows(run, filter),
  ]);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map(runItemDto),
    nextCursor: rows.length > limit && last ? encodeCursor([sort, order, last.sortKey, String(last.ordinal)]) : null,
    total,
  };
}

/** A cursor of another order is none: its key would be compared with something else. */
function positionOf(cursor: string | undefined, sort: RunItemSort, order: Order): RunItemPosition | undefined {
  const [cursorSort, cursorOrder, key, place] = decodeCursor(cursor) ?? [];
  const ordinal = cursorInteger(place);
  if (cursorSort !== sort || cursorOrder !== order || key === undefined || ordinal === undefined) return undefined;
  const isText = sort === "image" || sort === "reason";
  return isText || /^-?\d{1,16}$/.test(key) ? { key, ordinal } : undefined;
}
