import type { RunDto } from "@/contracts/history";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { requireSpace } from "@/server/spaces/require-space";
import type { BinSelection } from "./bin-selection";
import { createBinRun } from "./create-bin-run";
import { requireTypedName } from "./require-typed-name";

/**
 * Starts to remove entries for good. `typedName` must be the space's name, letter by letter.
 * @throws AppError not_found (space, entry), unprocessable (name), conflict (an entry is being restored or purged)
 */
export async function startPurge(
  scope: WorkspaceScope,
  input: BinSelection & { spaceId: string; typedName: string },
): Promise<RunDto> {
  const space = await requireSpace(scope, input.spaceId);
  requireTypedName(space, input.typedName);
  const { entryIds, filter, exceptIds } = input;
  return createBinRun(scope, space, { kind: "purge", selection: { entryIds, filter, exceptIds }, options: {} });
}
