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

/** The options of the run in which it failed. */
export async function findRunOptions(workspaceId: string, runId: string): Promise<unknown> {
  const run = await prisma().run.findFirst({ where: { id: runId, workspaceId }, select: { options: true } });
  return run?.options ?? null;
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

/** Forgets a half-made copy. False = it is none any more. */
export async function forgetHalfMade(tx: Transaction, entryId: string): Promise<boolean> {
  const { count } = await tx.binEntry.deleteMany({
    where: { id: entryId, state: "recycling", recycledAt: null, problemAt: { not: null } },
  });
  return count === 1;
}
