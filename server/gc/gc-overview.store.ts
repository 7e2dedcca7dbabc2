// What the screen of a registry's collections shows besides a run itself.
import { type Prisma, prisma } from "@/server/platform/db/prisma";

type RunRow = Prisma.RunGetPayload<object>;

/** A workspace's spaces on a registry, the oldest first: who starts a collection without naming one starts it for that. */
export function listOwnSpaces(workspaceId: string, registryId: string): Promise<{ id: string; name: string }[]> {
  return prisma().space.findMany({
    where: { workspaceId, registryId, removedAt: null },
    select: { id: true, name: true },
    orderBy: [{ createdAt: "asc" }, { id: "asc" }],
  });
}

export async function isSharedRegistry(workspaceId: string, registryId: string): Promise<boolean> {
  const other = await prisma().space.findFirst({
    where: { registryId, removedAt: null, workspaceId: { not: workspaceId } },
    select: { id: true },
  });
  return other !== null;
}

/** A workspace's latest ended collection of a registry that removed something, or ran to its end. */
export function findLastSavings(workspaceId: string, registryId: string): Promise<RunRow | null> {
  return prisma().run.findFirst({
    where: {
      workspaceId,
      registryId,
      kind: "gc",
      isDryRun: false,
      finishedAt: { not: null },
      status: { not: "failed" },
    },
    orderBy: { createdAt: "desc" },
  });
}

/** Collections of a registry that ran to their end, whoever's, the newest first. */
export function listPastCollections(registryId: string, limit: number): Promise<RunRow[]> {
  return prisma().run.findMany({
    where: { registryId, kind: "gc", isDryRun: false, status: "succeeded" },
    orderBy: { createdAt: "desc" },
    take: limit,
  });
}

export function findRequest(workspaceId: string, registryId: string) {
  return prisma().gcRequest.findUnique({ where: { registryId_workspaceId: { registryId, workspaceId } } });
}
