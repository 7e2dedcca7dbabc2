import type { PinDto } from "@/contracts/pins";
import { cursorDate, decodeCursor, encodeCursor } from "@/lib/cursor";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { requireReadableSpace } from "@/server/spaces/require-readable-space";
import { countPinRows, listPinRows } from "./pin.store";
import { pinDto, pinWords } from "./pin-dto";

/** The pins of a space that hold now, newest first. @throws AppError not_found */
export async function listPins(
  scope: WorkspaceScope,
  input: {
    spaceId: string;
    repository?: string | undefined;
    search?: string | undefined;
    cursor?: string | undefined;
    limit: number;
  },
): Promise<{ items: PinDto[]; nextCursor: string | null; total: number }> {
  const space = await requireReadableSpace(scope, input.spaceId);
  const { repository, search, limit } = input;
  const filter = { spaceId: space.id, repository, search, searchesWords: space.access === "owner" };
  const [time, id] = decodeCursor(input.cursor) ?? [];
  const createdAt = cursorDate(time);
  const before = createdAt && id ? { createdAt, id } : undefined;
  const [rows, total] = await Promise.all([listPinRows({ ...filter, before, limit: limit + 1 }), countPinRows(filter)]);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map((row) => pinDto(scope, { ...row, ...pinWords(space, row) }, space.workspaceId)),
    nextCursor: rows.length > limit && last ? encodeCursor([last.createdAt.toISOString(), last.id]) : null,
    total,
  };
}
