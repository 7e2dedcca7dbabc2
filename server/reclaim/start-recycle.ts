import type { RunDto } from "@/contracts/history";
import type { ImageSelection } from "@/contracts/images";
import { createRun } from "@/server/history/create-run";
import { getRun } from "@/server/history/get-run";
import { countChosen } from "@/server/images/select-images";
import { AppError } from "@/server/platform/app-error";
import { requirePermission, type WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { requireTypedName } from "@/server/recycle-bin/require-typed-name";
import { requireSpace } from "@/server/spaces/require-space";
import { insertRunChoice } from "./hand-choice.store";
import type { HandOptions } from "./reclaim-options";

/**
 * Starts to move what somebody chose to the recycle bin: a reclaim run without rules. With `skipBin` it purges what it moved, as its last
 * step; for that they need the permission to purge, and the space's name, letter by letter.
 * A filter is what was seen of it: `asOf` (measuredAt of what was shown) leaves out what came since.
 * @throws AppError not_found (space), forbidden, unprocessable (name), bad_request (a filter without what was seen of it),
 * conflict (a reclaim is running; or, where the bin is skipped, there are more or fewer images by now than were shown)
 */
export async function startRecycle(
  scope: WorkspaceScope,
  input: {
    spaceId: string;
    selection: ImageSelection;
    reason?: string | undefined;
    asOf?: string | undefined;
    skipBin?: { typedName: string; expectedCount?: number | undefined } | undefined;
  },
): Promise<RunDto> {
  const { selection, reason, skipBin, asOf } = input;
  const space = await requireSpace(scope, input.spaceId);
  if (skipBin !== undefined) {
    requirePermission(scope, "bin.purge");
    requireTypedName(space, skipBin.typedName, "skipBin.typedName");
  }
  requireSeen(selection, asOf, skipBin);
  if (skipBin?.expectedCount !== undefined) await requireCount(space, selection, skipBin.expectedCount);
  const options: HandOptions = {
    ...{ byHand: "recycle", reason: reason || null, skipBin: skipBin !== undefined, recycleDigests: false },
    chosenCount: "images" in selection ? selection.images.length : null,
  };
  const run = await createRun(
    scope,
    { kind: "reclaim", spaceId: space.id, registryId: space.registryId, options },
    (tx, created) => insertRunChoice(tx, created, asOf === undefined ? { selection } : { selection, asOf }),
  );
  return getRun(scope, { runId: run.id });
}

/** @throws AppError bad_request */
function requireSeen(
  selection: ImageSelection,
  asOf: string | undefined,
  skipBin: { expectedCount?: number | undefined } | undefined,
): void {
  if ("images" in selection) return;
  const message = "is required to delete all of a filter: measure the selection first";
  const errors = [
    ...(asOf === undefined ? [{ path: "asOf", message }] : []),
    ...(skipBin !== undefined && skipBin.expectedCount === undefined
      ? [{ path: "skipBin.expectedCount", message }]
      : []),
  ];
  if (errors.length > 0) throw new AppError("bad_request", "Say what was seen of the filter.", errors);
}

/** @throws AppError conflict */
async function requireCount(space: { id: string }, selection: ImageSelection, expected: number): Promise<void> {
  const count = await countChosen(space, selection);
  if (count === expected) return;
  throw new AppError(
    "conflict",
    `The selection was ${expected} when it was shown, and is ${count} now. Nothing was destroyed: look at it again.`,
  );
}
