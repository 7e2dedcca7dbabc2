import type { RunDto } from "@/contracts/history";
import type { RunKind, RunStatus } from "@/domain/history/run-status";
import { cursorDate, decodeCursor, encodeCursor } from "@/lib/cursor";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { requireSpace } from "@/server/spaces/require-space";
import { runDto } from "./run-dto";
import { countRunRows, listRunRows } from "./run-list.store";

/** Runs of a space, newest first, a page at a time. @throws AppError not_found */
export async function listRuns(
  scope: WorkspaceScope,
  input: {
    spaceId: string;
    kind?: RunKind | undefined;
    isDryRun?: boolean | undefined;
    trigger?: string | undefined;
    status?: RunStatus | undefined;
    /** one that was chosen for the run */
    ruleId?: string | undefined;
    /** by name */
    person?: string | undefined;
    cursor?: string | undefined;
    limit: number;
  },
): Promise<{ items: RunDto[]; nextCursor: string | null; total: number }> {
  const { cursor, limit, ...wanted } = input;
  const space = await requireSpace(scope, input.spaceId);
  const [at, id] = decodeCursor(cursor) ?? [];
  const createdAt = cursorDate(at);
  const filter = { ...wanted, workspaceId: scope.workspaceId, spaceId: space.id };
  const before = createdAt && id ? { createdAt, id } : undefined;
  const [rows, total] = await Promise.all([listRunRows(filter, { before, limit: limit + 1 }), countRunRows(filter)]);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map(runDto),
    nextCursor: rows.length > limit && last ? encodeCursor([last.createdAt.toISOString(), last.id]) : null,
    total,
  };
}
