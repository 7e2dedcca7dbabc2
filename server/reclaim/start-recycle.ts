import type { RunDto } from "@/contracts/history";
import type { ImageSelection } from "@/contracts/images";
import { createRun } from "@/server/history/create-run";
import { getRun } from "@/server/history/get-run";
import { requirePermission, type WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { requireTypedName } from "@/server/recycle-bin/require-typed-name";
import { requireSpace } from "@/server/spaces/require-space";
import { insertRunChoice } from "./hand-choice.store";
import type { HandOptions } from "./reclaim-options";

/**
 * Starts to move what somebody chose to the recycle bin: a reclaim run without rules. With `skipBin` it purges what it moved, as its last
 * step; for that they need the permission to purge, and the space's name, letter by letter.
 * @throws AppError not_found (space), forbidden, unprocessable (name), conflict (a reclaim is running)
 */
export async function startRecycle(
  scope: WorkspaceScope,
  input: {
    spaceId: string;
    selection: ImageSelection;
    reason?: string | undefined;
    skipBin?: { typedName: string } | undefined;
  },
): Promise<RunDto> {
  const { selection, reason, skipBin } = input;
  const space = await requireSpace(scope, input.spaceId);
  if (skipBin !== undefined) {
    requirePermission(scope, "bin.purge");
    requireTypedName(space, skipBin.typedName, "skipBin.typedName");
  }
  const options: HandOptions = {
    ...{ byHand: "recycle", reason: reason || null, skipBin: skipBin !== undefined, recycleDigests: false },
    chosenCount: "images" in selection ? selection.images.length : null,
  };
  const run = await createRun(
    scope,
    { kind: "reclaim", spaceId: space.id, registryId: space.registryId, options },
    (tx, created) => insertRunChoice(tx, created, { selection }),
  );
  return getRun(scope, { runId: run.id });
}
