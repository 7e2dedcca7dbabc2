import { prisma, type Transaction } from "@/server/platform/db/prisma";

const IN_BIN = ["recycling", "held", "restoring", "purging"] as const;

/**
 * A space under its row lock, with what keeps it from being removed; null where it is not (any more) this workspace's. Whoever starts
 * a run in it waits until this transaction ends.
 */
export async function lockSpaceForRemoval(
  tx: Transaction,
  workspaceId: string,
  spaceId: string,
): Promise<{ activeRuns: number; binEntries: number; pins: number } | null> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM spaces WHERE id = ${spaceId} AND workspace_id = ${workspaceId} AND removed_at IS NULL FOR UPDATE`;
  if (rows.length === 0) return null;
  const [activeRuns, binEntries, pins] = await Promise.all([
    tx.run.count({ where: { spaceId, workspaceId, finishedAt: null } }),
    tx.binEntry.count({ where: { spaceId, workspaceId, state: { in: [...IN_BIN] } } }),
    tx.pin.count({ where: { spaceId, workspaceId, OR: [{ expiresAt: null }, { expiresAt: { gt: new Date() } }] } }),
  ]);
  return { activeRuns, binEntries, pins };
}

/**
 * Marks a space as removed, in the transaction that holds its lock: from here on nobody opens it, and prefix and name are free. Bindings
 * and pins that have ended go; runs, bin entries, image history and rules name what they mean and stay.
 */
export async function removeSpaceRow(tx: Transaction, workspaceId: string, spaceId: string): Promise<void> {
  await tx.crawl.updateMany({
    where: { spaceId, status: { in: ["queued", "running"] }, cancelRequestedAt: null },
    data: { cancelRequestedAt: new Date() },
  });
  await tx.spaceBinding.deleteMany({ where: { spaceId } });
  await tx.pin.deleteMany({ where: { spaceId, workspaceId } });
  await tx.space.update({
    where: { id_workspaceId: { id: spaceId, workspaceId } },
    data: { removedAt: new Date(), isPublic: false },
  });
}

/** A few at a time, since one may hold a million tags. */
export async function deleteSomeRemovedRepositories(): Promise<number> {
  return prisma().$executeRaw`
    DELETE FROM repositories WHERE id IN (
      SELECT r.id FROM spaces s JOIN repositories r ON r.space_id = s.id WHERE s.removed_at IS NOT NULL LIMIT 20)`;
}
