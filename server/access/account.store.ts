import { prisma, type Transaction } from "@/server/platform/db/prisma";

export function listLiveSessionRows(userId: string) {
  return prisma().session.findMany({
    where: { userId, revokedAt: null, expiresAt: { gt: new Date() } },
    select: { id: true, userAgent: true, createdAt: true, lastSeenAt: true, expiresAt: true },
    orderBy: [{ lastSeenAt: "desc" }, { id: "desc" }],
  });
}

/** How many of a person's sessions were live and are ended now: all, one, or all but one. */
export async function endSessionRows(
  tx: Transaction,
  userId: string,
  which: { only?: string | undefined; except?: string | undefined } = {},
): Promise<number> {
  const now = new Date();
  const id = { ...(which.only ? { equals: which.only } : {}), ...(which.except ? { not: which.except } : {}) };
  const { count } = await tx.session.updateMany({
    where: { userId, revokedAt: null, expiresAt: { gt: now }, id },
    data: { revokedAt: now },
  });
  return count;
}

export async function findSessionPerson(tx: Transaction, sessionId: string) {
  const session = await tx.session.findUnique({
    where: { id: sessionId },
    select: { user: { select: { id: true, email: true, name: true, isPlatformAdmin: true } } },
  });
  return session?.user ?? null;
}

export async function findPasswordHash(userId: string): Promise<string> {
  const { passwordHash } = await prisma().user.findUniqueOrThrow({
    where: { id: userId },
    select: { passwordHash: true },
  });
  return passwordHash;
}

export async function updatePasswordHash(tx: Transaction, userId: string, passwordHash: string): Promise<void> {
  await tx.user.update({ where: { id: userId }, data: { passwordHash }, select: { id: true } });
}

export async function updateName(tx: Transaction, userId: string, name: string): Promise<void> {
  await tx.user.update({ where: { id: userId }, data: { name }, select: { id: true } });
}

/** The person that an open link is for, or null: used, replaced, expired and unknown ones are alike, and so is one of a disabled person. */
export function findOpenPasswordLink(tokenHash: string) {
  return prisma().passwordLink.findFirst({
    where: { tokenHash, endedAt: null, expiresAt: { gt: new Date() }, user: { disabledAt: null } },
    select: { id: true, user: { select: { id: true, email: true, name: true, isPlatformAdmin: true } } },
  });
}

/** False where somebody else was faster. */
export async function takePasswordLink(tx: Transaction, linkId: string): Promise<boolean> {
  const now = new Date();
  const { count } = await tx.passwordLink.updateMany({
    where: { id: linkId, endedAt: null, expiresAt: { gt: now }, user: { disabledAt: null } },
    data: { endedAt: now },
  });
  return count === 1;
}

/** Ends whatever link the person had. */
export async function endPasswordLinks(tx: Transaction, userId: string): Promise<void> {
  await tx.passwordLink.updateMany({ where: { userId, endedAt: null }, data: { endedAt: new Date() } });
}

export async function insertPasswordLink(
  tx: Transaction,
  link: { id: string; userId: string; tokenHash: string; createdByName: string; expiresAt: Date },
): Promise<void> {
  await tx.passwordLink.create({ data: link, select: { id: true } });
}
