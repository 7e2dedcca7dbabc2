import { prisma, type Transaction } from "@/server/platform/db/prisma";

/** A firing that has still to start something. */
export interface OpenFiring {
  id: string;
  workspaceId: string;
  firedAt: Date;
}

/** Workspaces with a policy that is on, of a space that is still there or of all, and no firing since a moment. */
export async function listRestedWorkspaces(since: Date): Promise<string[]> {
  const rows = await prisma().$queryRaw<{ id: string }[]>`
    SELECT w.id FROM workspaces w
    WHERE EXISTS (
        SELECT 1 FROM lifecycle_policies p LEFT JOIN spaces s ON s.id = p.space_id
        WHERE p.workspace_id = w.id AND p.is_enabled AND s.removed_at IS NULL)
      AND NOT EXISTS (SELECT 1 FROM lifecycle_firings f WHERE f.workspace_id = w.id AND f.fired_at > ${since}::timestamptz)
    ORDER BY w.id`;
  return rows.map((row) => row.id);
}

/** Writes that the quota was reached, unless somebody else did since that moment: the row of the workspace lets one at a time look. */
export async function insertFiring(
  firing: { id: string; workspaceId: string; firedAt: Date; tagCount: number; tagQuota: number },
  since: Date,
): Promise<boolean> {
  return prisma().$transaction(async (tx) => {
    await tx.$queryRaw`SELECT id FROM workspaces WHERE id = ${firing.workspaceId} FOR NO KEY UPDATE`;
    const fired = await tx.lifecycleFiring.count({
      where: { workspaceId: firing.workspaceId, firedAt: { gt: since } },
    });
    if (fired > 0) return false;
    await tx.lifecycleFiring.create({ data: firing });
    return true;
  });
}

export function listOpenFirings(limit: number): Promise<OpenFiring[]> {
  return prisma().lifecycleFiring.findMany({
    where: { finishedAt: null },
    select: { id: true, workspaceId: true, firedAt: true },
    orderBy: { firedAt: "asc" },
    take: limit,
  });
}

/** Spaces of a workspace that a firing has not come to yet. */
export async function listSpacesToFire(firing: OpenFiring): Promise<string[]> {
  const rows = await prisma().$queryRaw<{ id: string }[]>`
    SELECT s.id FROM spaces s
    WHERE s.workspace_id = ${firing.workspaceId} AND s.removed_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM lifecycle_firing_spaces f WHERE f.firing_id = ${firing.id} AND f.space_id = s.id)
    ORDER BY s.name, s.id`;
  return rows.map((row) => row.id);
}

/** Joins a run to its firing, in the transaction that makes the run: a second one of the same space takes no effect at all. */
export async function insertFiringRun(
  tx: Transaction,
  outcome: { firingId: string; spaceId: string; runId: string },
): Promise<void> {
  await tx.lifecycleFiringSpace.create({ data: outcome });
}

export async function insertFiringSkip(firingId: string, spaceId: string, skippedReason: string): Promise<void> {
  await prisma().lifecycleFiringSpace.createMany({
    data: [{ firingId, spaceId, skippedReason }],
    skipDuplicates: true,
  });
}

export async function finishFiring(firingId: string, now: Date): Promise<void> {
  await prisma().lifecycleFiring.updateMany({ where: { id: firingId, finishedAt: null }, data: { finishedAt: now } });
}

export function findLastFiring(workspaceId: string) {
  return prisma().lifecycleFiring.findFirst({
    where: { workspaceId },
    include: { spaces: true },
    orderBy: { firedAt: "desc" },
  });
}
