import { type Prisma, prisma, type Transaction } from "@/server/platform/db/prisma";

const userRow = {
  ...{ id: true, email: true, name: true, isPlatformAdmin: true },
  ...{ disabledAt: true, passwordHash: true, createdAt: true },
  _count: { select: { members: true } },
  sessions: { select: { lastSeenAt: true }, orderBy: { lastSeenAt: "desc" }, take: 1 },
} as const satisfies Prisma.UserSelect;
export type UserRow = Prisma.UserGetPayload<{ select: typeof userRow }>;

/** One page by e-mail address, after the given one; `q` is looked for in address and name. */
export async function listUserRows(page: {
  q: string | undefined;
  after: string | undefined;
  limit: number;
}): Promise<{ rows: UserRow[]; total: number }> {
  // The client hands them to LIKE as they are.
  const contains = { contains: (page.q ?? "").replace(/[\\%_]/g, "\\$&"), mode: "insensitive" as const };
  const where: Prisma.UserWhereInput = page.q ? { OR: [{ email: contains }, { name: contains }] } : {};
  const [rows, total] = await Promise.all([
    prisma().user.findMany({
      where: page.after === undefined ? where : { AND: [where, { email: { gt: page.after } }] },
      select: userRow,
      orderBy: { email: "asc" },
      take: page.limit,
    }),
    prisma().user.count({ where }),
  ]);
  return { rows, total };
}

export function findUserRow(tx: Transaction, userId: string): Promise<UserRow | null> {
  return tx.user.findUnique({ where: { id: userId }, select: userRow });
}

/** @throws a unique violation of `email` */
export async function insertUser(
  tx: Transaction,
  user: { id: string; email: string; name: string; passwordHash: string; isPlatformAdmin: boolean },
): Promise<UserRow> {
  return tx.user.create({ data: user, select: userRow });
}

export function updateUserRow(
  tx: Transaction,
  userId: string,
  change: { name?: string; isPlatformAdmin?: boolean; disabledAt?: Date | null },
): Promise<UserRow> {
  return tx.user.update({ where: { id: userId }, data: change, select: userRow });
}

/** Held to the end of the transaction: who takes the platform from somebody asks one after the other who else has it. */
export async function lockPlatformAdmins(tx: Transaction): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('platform-admins', 0))`;
}

/** Platform admins who can sign in, but for one. */
export function countOtherPlatformAdmins(tx: Transaction, exceptUserId: string): Promise<number> {
  return tx.user.count({ where: { isPlatformAdmin: true, disabledAt: null, id: { not: exceptUserId } } });
}

export function findAccountByEmail(tx: Transaction, email: string) {
  return tx.user.findUnique({
    where: { email },
    select: { id: true, email: true, name: true, isPlatformAdmin: true, disabledAt: true },
  });
}

/** Who somebody is that a single sign-on provider knows by this subject. */
export async function findUserByIdentity(tx: Transaction, issuer: string, subject: string) {
  const identity = await tx.userIdentity.findUnique({
    where: { issuer_subject: { issuer, subject } },
    select: { user: { select: { id: true, email: true, name: true, isPlatformAdmin: true, disabledAt: true } } },
  });
  return identity?.user ?? null;
}

/** Held to the end of the transaction: two windows of one person that come back at once are let in one after the other. */
export async function lockIdentity(tx: Transaction, issuer: string, subject: string): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`${issuer} ${subject}`}, 0))`;
}

export async function insertIdentity(
  tx: Transaction,
  identity: { issuer: string; subject: string; userId: string },
): Promise<void> {
  await tx.userIdentity.create({ data: identity, select: { userId: true } });
}
