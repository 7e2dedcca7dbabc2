import { type Prisma, prisma, type Transaction } from "@/server/platform/db/prisma";

const workspaceRow = {
  ...{ id: true, slug: true, name: true, createdAt: true },
  members: {
    where: { role: "admin", user: { disabledAt: null } },
    select: { user: { select: { id: true, name: true, email: true } } },
    orderBy: { user: { name: "asc" } },
  },
  _count: { select: { members: true, spaces: { where: { removedAt: null } } } },
} as const satisfies Prisma.WorkspaceSelect;
type WorkspaceRow = Prisma.WorkspaceGetPayload<{ select: typeof workspaceRow }>;
export type PlatformWorkspaceRow = WorkspaceRow & { registryCount: number };

/** Every workspace that is not deleted, or one of them. */
export async function listWorkspaceRows(tx: Transaction, workspaceId?: string): Promise<PlatformWorkspaceRow[]> {
  const only = workspaceId === undefined ? {} : { id: workspaceId };
  const rows = await tx.workspace.findMany({
    where: { removedAt: null, ...only },
    select: workspaceRow,
    orderBy: [{ name: "asc" }, { id: "asc" }],
  });
  const registries = await tx.registry.groupBy({
    by: ["workspaceId"],
    where: { detachedAt: null, workspaceId: workspaceId ?? { not: null } },
    _count: true,
  });
  const counts = new Map(registries.map((group) => [group.workspaceId, group._count]));
  return rows.map((row) => ({ ...row, registryCount: counts.get(row.id) ?? 0 }));
}

export function readWorkspaceRows(): Promise<PlatformWorkspaceRow[]> {
  return listWorkspaceRows(prisma());
}

/** @throws a unique violation of `slug` */
export async function insertWorkspace(
  tx: Transaction,
  workspace: { id: string; slug: string; name: string },
): Promise<void> {
  await tx.workspace.create({ data: workspace, select: { id: true } });
}

export async function updateWorkspaceName(tx: Transaction, workspaceId: string, name: string): Promise<void> {
  await tx.workspace.update({ where: { id: workspaceId }, data: { name }, select: { id: true } });
}

/** Nobody is a member any more and its address is free; the row stays, since the history of what was in it names it. */
export async function markWorkspaceRemoved(
  tx: Transaction,
  workspace: { id: string; slug: string },
  by: string,
): Promise<void> {
  const now = new Date();
  const workspaceId = workspace.id;
  await tx.member.deleteMany({ where: { workspaceId } });
  await tx.apiToken.updateMany({
    where: { workspaceId, revokedAt: null },
    data: { revokedAt: now, revokedByName: by },
  });
  await tx.spaceBinding.deleteMany({ where: { workspaceId } });
  await tx.workspace.update({
    where: { id: workspaceId },
    data: { removedAt: now, slug: `${workspace.slug}~${workspaceId}` },
    select: { id: true },
  });
}
