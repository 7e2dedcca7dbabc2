import type { Role } from "@/domain/access/permissions";
import type { Transaction } from "@/server/platform/db/prisma";

/**
 * Holds the workspace to the end of the transaction: who belongs to it changes one after the other, so that two admins who remove each other
 * at once do not both succeed. Null where there is none (any more).
 */
export async function lockWorkspace(
  tx: Transaction,
  workspaceId: string,
): Promise<{ id: string; slug: string; name: string } | null> {
  const rows = await tx.$queryRaw<{ id: string; slug: string; name: string }[]>`
    SELECT id, slug, name FROM workspaces WHERE id = ${workspaceId} AND removed_at IS NULL FOR UPDATE`;
  return rows[0] ?? null;
}

/** As `lockWorkspace`, for those who only need it to stay: they do not wait for each other. */
export async function isWorkspaceKept(tx: Transaction, workspaceId: string): Promise<boolean> {
  const rows = await tx.$queryRaw<object[]>`
    SELECT id FROM workspaces WHERE id = ${workspaceId} AND removed_at IS NULL FOR KEY SHARE`;
  return rows.length === 1;
}

export async function findMemberRow(tx: Transaction, workspaceId: string, userId: string) {
  return tx.member.findUnique({
    where: { workspaceId_userId: { workspaceId, userId } },
    select: { role: true, createdAt: true, user: { select: { id: true, name: true, email: true, disabledAt: true } } },
  });
}

/** Admins who can sign in, but for one. */
export function countOtherAdmins(tx: Transaction, workspaceId: string, exceptUserId: string): Promise<number> {
  return tx.member.count({
    where: { workspaceId, role: "admin", userId: { not: exceptUserId }, user: { disabledAt: null } },
  });
}

export async function updateRole(tx: Transaction, workspaceId: string, userId: string, role: Role): Promise<void> {
  await tx.member.update({
    where: { workspaceId_userId: { workspaceId, userId } },
    data: { role },
    select: { userId: true },
  });
}

export async function insertMember(
  tx: Transaction,
  member: { workspaceId: string; userId: string; role: Role },
): Promise<void> {
  await tx.member.create({ data: member, select: { userId: true } });
}

/** Takes a member out, with their tokens for this workspace. */
export async function deleteMember(
  tx: Transaction,
  { workspaceId, userId, by }: { workspaceId: string; userId: string; by: string },
): Promise<void> {
  await tx.member.delete({ where: { workspaceId_userId: { workspaceId, userId } }, select: { userId: true } });
  await tx.apiToken.updateMany({
    where: { workspaceId, userId, revokedAt: null },
    data: { revokedAt: new Date(), revokedByName: by },
  });
}
