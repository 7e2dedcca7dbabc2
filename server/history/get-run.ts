import type { RunDto } from "@/contracts/history";
import { notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { findRun } from "./run.store";
import { runDto } from "./run-dto";

/** @throws AppError not_found for an unknown and for a foreign id */
export async function getRun(scope: WorkspaceScope, input: { runId: string }): Promise<RunDto> {
  const run = await findRun(scope.workspaceId, input.runId);
  if (!run) throw notFound();
  return runDto(run);
}
