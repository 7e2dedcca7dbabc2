import type { RunDto } from "@/contracts/history";
import type { RunKind } from "@/domain/history/run-status";
import { cursorDate, decodeCursor, encodeCursor } from "@/lib/cursor";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { requireSpace } from "@/server/spaces/require-space";
import { countRunRows, listRunRows } from "./run.store";
import { runDto } from "./run-dto";

/** Runs of a space, newest first, a page at a time. @throws AppError not_found */
export async function listRuns(
  scope: WorkspaceScope,
  input: {
    spaceId: string;
    kind?: RunKind | undefined;
    isDryRun?: boolean | undefined;
    cursor?: string | undefined;
    limit: number;
  },
): Promise<{ items: RunDto[]; nextCursor: string | null; total: number }> {
  const space = await requireSpace(scope, input.spaceId);
  const [at, id] = decodeCursor(input.cursor) ?? [];
  const createdAt = cursorDate(at);
  const query = {
    workspaceId: scope.workspaceId,
    spaceId: space.id,
    kind: input.kind,
    isDryRun: input.isDryRun,
    before: createdAt && id ? { createdAt, id } : undefined,
    limit: input.limit + 1,
  };
  const [rows, total] = await Promise.all([listRunRows(query), countRunRows(query)]);
  const page = rows.slice(0, input.limit);
  const last = page.at(-1);
  return {
    items: page.map(runDto),
    nextCursor: rows.length > input.limit && last ? encodeCursor([last.createdAt.toISOString(), last.id]) : null,
    total,
  };
}
