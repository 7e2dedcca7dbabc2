import type { Role } from "@/domain/access/permissions";
import { isStorableText } from "@/lib/storable";
import { prisma, type Transaction } from "../db/prisma";
import { newId } from "../new-id";

const SESSION_DAYS = 14;

export interface UserRecord {
  id: string;
  email: string;
  name: string;
  isPlatformAdmin: boolean;
  passwordHash: string;
  disabledAt: Date | null;
}

const userFields = {
  ...{ id: true, email: true, name: true, isPlatformAdmin: true },
  ...{ passwordHash: true, disabledAt: true },
} as const;

/** Null also for what no database keeps: credentials are whatever a stranger typed. */
export async function findUserByEmail(email: string): Promise<UserRecord | null> {
  if (!isStorableText(email)) return null;
  return prisma().user.findUnique({ where: { email: email.trim().toLowerCase() }, select: userFields });
}

export async function insertSession(
  userId: string,
  userAgent: string | null,
  tx: Transaction = prisma(),
): Promise<string> {
  const now = Date.now();
  const session = await tx.session.create({
    data: { id: newId("ses"), userId, userAgent, expiresAt: new Date(now + SESSION_DAYS * 86_400_000) },
    select: { id: true },
  });
  return session.id;
}

/** The account's stored password, held as it is to the end of the transaction; null for one that is disabled or not there. */
export async function holdPasswordHash(tx: Transaction, userId: string): Promise<string | null> {
  const [row] = await tx.$queryRaw<{ passwordHash: string }[]>`
    SELECT password_hash AS "passwordHash" FROM users WHERE id = ${userId} AND disabled_at IS NULL FOR SHARE`;
  return row?.passwordHash ?? null;
}

export async function findRole(workspaceId: string, userId: string): Promise<Role | null> {
  const member = await prisma().member.findUnique({
    where: { workspaceId_userId: { workspaceId, userId } },
    select: { role: true },
  });
  return member?.role ?? null;
}

export async function listMemberships(
  userId: string,
): Promise<{ id: string; slug: string; name: string; role: Role }[]> {
  const members = await prisma().member.findMany({
    where: { userId },
    select: { role: true, workspace: { select: { id: true, slug: true, name: true } } },
    orderBy: { workspace: { name: "asc" } },
  });
  return members.map(({ role, workspace }) => ({ ...workspace, role }));
}
