import type { RunDto } from "@/contracts/history";
import { createRun } from "@/server/history/create-run";
import { getRun } from "@/server/history/get-run";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { requireSpace } from "@/server/spaces/require-space";
import { insertRunChoice } from "./hand-choice.store";
import type { HandOptions } from "./reclaim-options";

/**
 * Starts to take tags away. The digest with each tag is what it was seen to point at: where it points elsewhere by then, it is left alone.
 * `recycleDigests`: digests that are left without any tag go to the recycle bin too; else they stay, untagged.
 * @throws AppError not_found (space), conflict (a reclaim is running)
 */
export async function startUntag(
  scope: WorkspaceScope,
  input: {
    spaceId: string;
    tags: { repositoryName: string; tag: string; digest: string }[];
    recycleDigests: boolean;
    reason?: string | undefined;
  },
): Promise<RunDto> {
  const { tags, recycleDigests, reason } = input;
  const space = await requireSpace(scope, input.spaceId);
  const options: HandOptions = {
    ...{ byHand: "untag", reason: reason || null, skipBin: false, recycleDigests },
    chosenCount: tags.length,
  };
  const run = await createRun(
    scope,
    { kind: "reclaim", spaceId: space.id, registryId: space.registryId, options },
    (tx, created) => insertRunChoice(tx, created, { tags }),
  );
  return getRun(scope, { runId: run.id });
}
