import { prisma, type Transaction } from "@/server/platform/db/prisma";

const withWorkspace = { workspace: { select: { slug: true, name: true } } } as const;

export interface BindingRow {
  slug: string;
  name: string;
  since: Date;
  createdByName: string;
}

/** Workspaces that a space of this workspace is bound to, by name. */
export async function listBindingRows(workspaceId: string, spaceId: string): Promise<BindingRow[]> {
  const rows = await prisma().spaceBinding.findMany({
    where: { spaceId, space: { workspaceId } },
    include: withWorkspace,
    orderBy: { workspace: { name: "asc" } },
  });
  return rows.map(({ workspace, createdAt, createdByName }) => ({ ...workspace, since: createdAt, createdByName }));
}

/** Workspaces that a person is a member of, or (`null`) all there are; the given one is left out. */
export function listOtherWorkspaces(
  userId: string | null,
  exceptWorkspaceId: string,
): Promise<{ id: string; slug: string; name: string }[]> {
  return prisma().workspace.findMany({
    where: {
      id: { not: exceptWorkspaceId },
      removedAt: null,
      ...(userId === null ? {} : { members: { some: { userId } } }),
    },
    select: { id: true, slug: true, name: true },
    orderBy: { name: "asc" },
  });
}

/** Those that are bound already stay as they are. */
export async function insertBindings(
  tx: Transaction,
  spaceId: string,
  workspaceIds: readonly string[],
  createdByName: string,
): Promise<void> {
  await tx.spaceBinding.createMany({
    data: workspaceIds.map((workspaceId) => ({ spaceId, workspaceId, createdByName })),
    skipDuplicates: true,
  });
}

/** The name of the workspace that was bound; null where none of this slug was. */
export async function deleteBinding(tx: Transaction, spaceId: string, slug: string): Promise<string | null> {
  const binding = await tx.spaceBinding.findFirst({
    where: { spaceId, workspace: { slug } },
    include: withWorkspace,
  });
  if (!binding) return null;
  const { count } = await tx.spaceBinding.deleteMany({ where: { spaceId, workspaceId: binding.workspaceId } });
  return count === 0 ? null : binding.workspace.name;
}
