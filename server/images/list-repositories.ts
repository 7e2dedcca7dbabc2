import type { RepositoryDto } from "@/contracts/images";
import { decodeCursor, encodeCursor } from "@/lib/cursor";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { requireSpace } from "@/server/spaces/require-space";
import { countRepositories, listRepositoryRows } from "./repository.store";

/** Repositories of a space that hold anything, by name. @throws AppError not_found */
export async function listRepositories(
  scope: WorkspaceScope,
  input: { spaceId: string; search?: string | undefined; cursor?: string | undefined; limit: number },
): Promise<{ items: RepositoryDto[]; nextCursor: string | null; total: number }> {
  const space = await requireSpace(scope, input.spaceId);
  const filter = { workspaceId: scope.workspaceId, spaceId: space.id, search: input.search };
  const afterName = decodeCursor(input.cursor)?.[0] ?? "";
  const [rows, total] = await Promise.all([
    listRepositoryRows({ ...filter, afterName, limit: input.limit + 1 }),
    countRepositories(filter),
  ]);
  const page = rows.slice(0, input.limit);
  const last = page.at(-1);
  return {
    items: page.map((row) => ({ ...row, lastPushedAt: row.lastPushedAt?.toISOString() ?? null })),
    nextCursor: rows.length > input.limit && last ? encodeCursor([last.name]) : null,
    total,
  };
}
