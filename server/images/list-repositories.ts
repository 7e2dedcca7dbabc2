import type { RepositoryDto } from "@/contracts/images";
import { cursorDate, decodeCursor, encodeCursor } from "@/lib/cursor";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { requireReadableSpace } from "@/server/spaces/require-readable-space";
import { countRepositories, listRepositoryRows, type RepositoryRow, type RepositorySort } from "./repository.store";

/** Repositories of a space that hold anything. @throws AppError not_found */
export async function listRepositories(
  scope: WorkspaceScope,
  input: {
    spaceId: string;
    search?: string | undefined;
    sort: RepositorySort;
    cursor?: string | undefined;
    limit: number;
  },
): Promise<{ items: RepositoryDto[]; nextCursor: string | null; total: number }> {
  const space = await requireReadableSpace(scope, input.spaceId);
  const { search, sort, limit } = input;
  const after = readCursor(input.cursor, sort);
  const [rows, total] = await Promise.all([
    listRepositoryRows({ spaceId: space.id, search, sort, after, limit: limit + 1 }),
    countRepositories(space.id, search),
  ]);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map((row) => ({
      ...row,
      logicalBytes: Number(row.logicalBytes),
      storedBytes: Number(row.storedBytes),
      lastPushedAt: row.lastPushedAt?.toISOString() ?? null,
      lastPulledAt: row.lastPulledAt?.toISOString() ?? null,
    })),
    nextCursor: rows.length > limit && last ? encodeCursor([sortValue(last, sort), last.name]) : null,
    total,
  };
}

function sortValue(row: RepositoryRow, sort: RepositorySort): string {
  if (sort === "name") return "";
  if (sort === "size") return String(row.storedBytes);
  if (sort === "images") return String(row.imageCount);
  return (row.lastPushedAt ?? new Date(0)).toISOString();
}

function readCursor(cursor: string | undefined, sort: RepositorySort): { value: string; name: string } | null {
  const [value, name, ...rest] = decodeCursor(cursor) ?? [];
  if (value === undefined || name === undefined || rest.length > 0) return null;
  const isSound =
    sort === "name" ? value === "" : sort === "pushed" ? cursorDate(value) !== undefined : /^\d{1,18}$/.test(value);
  return isSound && (sort !== "images" || Number(value) < 2 ** 31) ? { value, name } : null;
}
