import type { RunEventDto } from "@/contracts/history";
import { notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { readRunSince } from "./run.store";

const LARGEST_SEQUENCE = 2 ** 31 - 1;

/** The log of a run after a sequence. @throws AppError not_found */
export async function listRunEvents(
  scope: WorkspaceScope,
  input: { runId: string; after: number; limit: number },
): Promise<{ items: RunEventDto[] }> {
  const after = Math.min(input.after, LARGEST_SEQUENCE);
  const read = await readRunSince(scope.workspaceId, input.runId, after, input.limit);
  if (!read) throw notFound();
  return {
    items: read.events.map(({ sequence, at, kind, data }) => ({
      sequence,
      at: at.toISOString(),
      kind,
      data: data as Record<string, unknown>,
    })),
  };
}
