import type { FoundRunItemDto } from "@/contracts/run-items";
import { cursorDate, cursorInteger, decodeCursor, encodeCursor } from "@/lib/cursor";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { requireSpace } from "@/server/spaces/require-space";
import { runItemDto } from "./run-item-dto";
import { countDoneItemRows, type DoneItemPosition, type DoneItemRow, listDoneItemRows } from "./run-item-search.store";

/** What runs took, restored or purged in a space, latest first: who took `web:1.2`, by which rule. @throws AppError not_found */
export async function searchRunItems(
  scope: WorkspaceScope,
  input: { spaceId: string; search?: string | undefined; cursor?: string | undefined; limit: number },
): Promise<{ items: FoundRunItemDto[]; nextCursor: string | null; total: number; isTotalCapped: boolean }> {
  const space = await requireSpace(scope, input.spaceId);
  const filter = { workspaceId: scope.workspaceId, spaceId: space.id, search: input.search };
  const [rows, { total, isCapped }] = await Promise.all([
    listDoneItemRows(filter, { before: positionOf(input.cursor), limit: input.limit + 1 }),
    countDoneItemRows(filter),
  ]);
  const page = rows.slice(0, input.limit);
  const last = page.at(-1);
  return {
    items: page.map(foundDto),
    nextCursor:
      rows.length > input.limit && last
        ? encodeCursor([last.updatedAt.toISOString(), last.runId, String(last.ordinal)])
        : null,
    ...{ total, isTotalCapped: isCapped },
  };
}

function foundDto(row: DoneItemRow): FoundRunItemDto {
  const { runKind, runTrigger, isDryRun, requestedByName, byHand, skipBin } = row;
  return {
    at: row.updatedAt.toISOString(),
    item: runItemDto(row),
    ruleName: row.ruleName,
    run: {
      ...{ id: row.runId, kind: runKind, trigger: runTrigger, isDryRun, requestedByName },
      // Of its options only what says what kind of a run it was: the rules are on its own page.
      options: byHand === null ? {} : { byHand, skipBin },
    },
  };
}

function positionOf(cursor: string | undefined): DoneItemPosition | undefined {
  const [time, runId, place] = decodeCursor(cursor) ?? [];
  const [at, ordinal] = [cursorDate(time), cursorInteger(place)];
  return at && runId !== undefined && ordinal !== undefined ? { at, runId, ordinal } : undefined;
}
