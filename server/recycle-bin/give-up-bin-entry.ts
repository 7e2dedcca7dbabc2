import { recordAudit } from "@/server/history/record-audit";
import { AppError, notFound } from "@/server/platform/app-error";
import type { WorkspaceScope } from "@/server/platform/auth/workspace-scope";
import { prisma } from "@/server/platform/db/prisma";
import { requireSpace } from "@/server/spaces/require-space";
import { clearProblem, findProblemEntry, forgetHalfMade } from "./entry-problem.store";

/**
 * Puts a failure away: what is held stays in the bin as before; a half-made copy is forgotten (its image never left its repository, and what
 * was copied stays in the registry's bin repository, where nobody can pull it).
 * @throws AppError not_found, conflict (nothing failed, or it moves by now)
 */
export async function giveUpBinEntry(
  scope: WorkspaceScope,
  input: { spaceId: string; entryId: string },
): Promise<{ id: string }> {
  const space = await requireSpace(scope, input.spaceId);
  const entry = await findProblemEntry(space, input.entryId);
  if (entry === null) throw notFound();
  const isHalfMade = entry.state === "recycling";
  await prisma().$transaction(async (tx) => {
    const isDone = isHalfMade ? await forgetHalfMade(tx, entry.id) : await clearProblem(tx, entry.id);
    if (!isDone) throw new AppError("conflict", "Nothing is wrong with this entry any more, or it is being moved.");
    await recordAudit(tx, {
      ...{ workspaceId: scope.workspaceId, spaceId: space.id, actor: scope.actor },
      ...{ action: "bin.give_up", resourceType: "bin_entry", resourceId: entry.id },
      data: { image: `${entry.repositoryName}@${entry.digest.slice(0, 19)}`, failed: entry.problemAction, isHalfMade },
    });
  });
  return { id: entry.id };
}
