import type { RunDto } from "@/contracts/history";
import type { TagConflictChoice } from "@/domain/recycle-bin/restore-tag";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { requireSpace } from "@/server/spaces/require-space";
import type { BinSelection } from "./bin-selection";
import { createBinRun } from "./create-bin-run";
import { requireRestoreTarget } from "./require-restore-target";
import type { TagDecision } from "./tag-decision.store";

/**
 * Starts to put entries back with all their tags: where they were, or into another repository of the space. A tag that names another
 * image is decided by name, else by `onTagConflict`.
 * @throws AppError not_found (space, entry), conflict (an entry is being restored or purged), unprocessable (the target)
 */
export async function startRestore(
  scope: WorkspaceScope,
  input: BinSelection & {
    spaceId: string;
    onTagConflict: TagConflictChoice;
    targetRepository?: string | undefined;
    decisions?: readonly TagDecision[] | undefined;
  },
): Promise<RunDto> {
  const space = await requireSpace(scope, input.spaceId);
  const { entryIds, filter, exceptIds, onTagConflict, targetRepository, decisions } = input;
  if (targetRepository !== undefined) requireRestoreTarget(space, targetRepository);
  return createBinRun(scope, space, {
    ...{ kind: "restore", selection: { entryIds, filter, exceptIds }, targetRepository, decisions },
    options: { onTagConflict, ...(targetRepository === undefined ? {} : { targetRepository }) },
  });
}
