import type { BinEntryDto } from "@/contracts/recycle-bin";
import { cursorDate, decodeCursor, encodeCursor } from "@/lib/cursor";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { requireSpace } from "@/server/spaces/require-space";
import { binEntryDtos } from "./bin-entry-dto";
import { countEntryRows, listEntryRows } from "./recycle-bin.store";

/** What is in the recycle bin of a space, latest first. @throws AppError not_found */
export async function listBinEntries(
  scope: WorkspaceScope,
  input: {
    spaceId: string;
    search?: string | undefined;
    repository?: string | undefined;
    cursor?: string | undefined;
    limit: number;
  },
): Promise<{ items: BinEntryDto[]; nextCursor: string | null; total: number }> {
  const space = await requireSpace(scope, input.spaceId);
  const [at, id] = decodeCursor(input.cursor) ?? [];
  const recycledAt = cursorDate(at);
  const filter = {
    workspaceId: scope.workspaceId,
    spaceId: space.id,
    search: input.search,
    repository: input.repository,
  };
  const [rows, total] = await Promise.all([
    listEntryRows({ ...filter, before: recycledAt && id ? { recycledAt, id } : undefined, limit: input.limit + 1 }),
    countEntryRows(filter),
  ]);
  const page = rows.slice(0, input.limit);
  const last = page.at(-1);
  return {
    items: await binEntryDtos(page),
    nextCursor:
      rows.length > input.limit && last?.recycledAt ? encodeCursor([last.recycledAt.toISOString(), last.id]) : null,
    total,
  };
}
