import type { BinEntryDto, BinFilterDto } from "@/contracts/recycle-bin";
import { cursorDate, decodeCursor, encodeCursor } from "@/lib/cursor";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { requireSpace } from "@/server/spaces/require-space";
import { binEntryDtos } from "./bin-entry-dto";
import { type BinSort, countEntryRows, type EntryPage, listEntryRows } from "./bin-list.store";

/** Counting stops here: nobody reads a larger number off a list, and it would cost more than the page. */
const COUNTED_MAX = 1_000;

/**
 * What is in the recycle bin of a space, or of all spaces of the workspace where none is named: latest first unless said otherwise.
 * Entries that come or go meanwhile shift nothing. @throws AppError not_found
 */
export async function listBinEntries(
  scope: WorkspaceScope,
  input: Partial<BinFilterDto> & {
    spaceId?: string | undefined;
    sort?: BinSort | undefined;
    order?: "asc" | "desc" | undefined;
    cursor?: string | undefined;
    limit: number;
  },
): Promise<{ items: BinEntryDto[]; nextCursor: string | null; total: number; isTotalCapped: boolean }> {
  const { spaceId, sort = "recycled", order, cursor, limit, state = "any", ...rest } = input;
  if (spaceId !== undefined) await requireSpace(scope, spaceId);
  const place = { workspaceId: scope.workspaceId, spaceId };
  const filter = { ...rest, state };
  const isDescending = order === undefined ? sort === "recycled" || sort === "size" : order === "desc";
  const page: EntryPage = { filter, sort, isDescending, after: readCursor(cursor, sort), limit: limit + 1 };
  const [rows, counted] = await Promise.all([
    listEntryRows(place, page),
    countEntryRows(place, filter, COUNTED_MAX + 1),
  ]);
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: await binEntryDtos(shown),
    nextCursor: rows.length > limit && last ? encodeCursor([last.sortKey ?? "", last.id]) : null,
    total: Math.min(counted, COUNTED_MAX),
    isTotalCapped: counted > COUNTED_MAX,
  };
}

/** Null for a cursor of another order, or one that is none of ours: then the first page is meant. */
function readCursor(cursor: string | undefined, sort: BinSort): EntryPage["after"] {
  const [key, id] = decodeCursor(cursor) ?? [];
  if (key === undefined || id === undefined) return null;
  if ((sort === "recycled" || sort === "due") && cursorDate(key) === undefined) return null;
  if (sort === "size" && !/^\d{1,18}$/.test(key)) return null;
  return { key, id };
}
