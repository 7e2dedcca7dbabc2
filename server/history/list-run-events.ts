import type { RunEventDto } from "@/contracts/history";
import { notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { readRunSince } from "./run.store";

/** The log of a run after a sequence. @throws AppError not_found */
export async function listRunEvents(
  scope: WorkspaceScope,
  input: { runId: string; after: number; limit: number },
): Promise<{ items: RunEventDto[] }> {
  const read = await readRunSince(scope.workspaceId, input.runId, input.after, input.limit);
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
