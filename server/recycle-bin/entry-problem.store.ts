// Entries with a failure, for who tries again or gives up.
import { prisma, type Transaction } from "@/server/platform/db/prisma";

export interface ProblemEntry {
  id: string;
  state: string;
  repositoryName: string;
  digest: string;
  problemAction: string | null;
  problemRunId: string | null;
}

export function findProblemEntry(
  space: { id: string; workspaceId: string },
  entryId: string,
): Promise<ProblemEntry | null> {
  return prisma().binEntry.findFirst({
    where: { id: entryId, spaceId: space.id, workspaceId: space.workspaceId, endedAt: null },
    select: {
      ...{ id: true, state: true, repositoryName: true, digest: true },
      ...{ problemAction: true, problemRunId: true },
    },
  });
}

/** How the run was asked for in which it failed; null where it is gone. */
export function findAskedRun(
  workspaceId: string,
  runId: string,
): Promise<{ id: string; options: unknown; createdAt: Date } | null> {
  return prisma().run.findFirst({
    where: { id: runId, workspaceId },
    select: { id: true, options: true, createdAt: true },
  });
}

/** Puts a failure away. False = it has none any more, or moves by now. */
export async function clearProblem(tx: Transaction, entryId: string): Promise<boolean> {
  const none = { problemAction: null, problemText: null, problemRunId: null, problemAt: null };
  const { count } = await tx.binEntry.updateMany({
    where: { id: entryId, state: "held", problemAt: { not: null } },
    data: none,
  });
  return count === 1;
}

/** Forgets a half-made copy. False = it is none any more, or its image had begun to leave its repository. */
export async function forgetHalfMade(tx: Transaction, entryId: string): Promise<boolean> {
  const { count } = await tx.binEntry.deleteMany({
    where: {
      ...{ id: entryId, state: "recycling", recycledAt: null, problemAt: { not: null } },
      manifests: { none: { isRemovedAtSource: true } },
    },
  });
  return count === 1;
}
