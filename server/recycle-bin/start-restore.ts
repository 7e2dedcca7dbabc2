import type { RunDto } from "@/contracts/history";
import type { TagConflictChoice } from "@/domain/recycle-bin/restore-tag";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { requireSpace } from "@/server/spaces/require-space";
import { createBinRun } from "./create-bin-run";

/**
 * Starts to put entries back with all their tags.
 * @throws AppError not_found (space, entry), conflict (an entry is being restored or purged)
 */
export async function startRestore(
  scope: WorkspaceScope,
  input: { spaceId: string; entryIds: readonly string[]; onTagConflict: TagConflictChoice },
): Promise<RunDto> {
  const space = await requireSpace(scope, input.spaceId);
  const { entryIds, onTagConflict } = input;
  return createBinRun(scope, space, { kind: "restore", entryIds, options: { onTagConflict } });
}
