import type { Role } from "@/domain/access/permissions";
import { type Prisma, prisma, type Transaction } from "@/server/platform/db/prisma";

const invitationRow = {
  ...{ id: true, email: true, role: true },
  ...{ invitedByName: true, createdAt: true, expiresAt: true },
} as const satisfies Prisma.InvitationSelect;
export type InvitationRow = Prisma.InvitationGetPayload<{ select: typeof invitationRow }>;

export interface NewInvitation {
  id: string;
  workspaceId: string;
  email: string;
  role: Role;
  tokenHash: string;
  invitedByName: string;
  expiresAt: Date;
}

const OPEN = { acceptedAt: null, revokedAt: null } as const;

/** What nobody has accepted and nobody has taken back, the latest first; expired ones too. */
export function listOpenInvitations(workspaceId: string): Promise<InvitationRow[]> {
  return prisma().invitation.findMany({
    where: { workspaceId, ...OPEN },
    select: invitationRow,
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
  });
}

export function countOpenInvitations(tx: Transaction, workspaceId: string): Promise<number> {
  return tx.invitation.count({ where: { workspaceId, ...OPEN } });
}

/** The address's earlier invitation to this workspace, if one is open, ends. */
export async function insertInvitation(tx: Transaction, invitation: NewInvitation): Promise<InvitationRow> {
  const { workspaceId, email } = invitation;
  await tx.invitation.updateMany({ where: { workspaceId, email, ...OPEN }, data: { revokedAt: new Date() } });
  return tx.invitation.create({ data: invitation, select: invitationRow });
}

/** The invitation that was taken back, or null where none was open. */
export async function revokeOpenInvitation(
  tx: Transaction,
  workspaceId: string,
  invitationId: string,
): Promise<InvitationRow | null> {
  const [row] = await tx.invitation.updateManyAndReturn({
    where: { id: invitationId, workspaceId, ...OPEN },
    data: { revokedAt: new Date() },
    select: invitationRow,
  });
  return row ?? null;
}

export async function revokeAllInvitations(tx: Transaction, workspaceId: string): Promise<void> {
  await tx.invitation.updateMany({ where: { workspaceId, ...OPEN }, data: { revokedAt: new Date() } });
}

const acceptable = {
  id: true,
  email: true,
  role: true,
  invitedByName: true,
  workspace: { select: { id: true, slug: true, name: true } },
} as const satisfies Prisma.InvitationSelect;
export type AcceptableInvitation = Prisma.InvitationGetPayload<{ select: typeof acceptable }>;

/** By the secret of its link; null where it is not open, too old, or unknown: they are alike. */
export function findAcceptable(tokenHash: string): Promise<AcceptableInvitation | null> {
  return prisma().invitation.findFirst({
    where: { tokenHash, ...OPEN, expiresAt: { gt: new Date() }, workspace: { removedAt: null } },
    select: acceptable,
  });
}

/** Everything that an address is invited to. */
export function listAcceptable(tx: Transaction, email: string): Promise<AcceptableInvitation[]> {
  return tx.invitation.findMany({
    where: { email, ...OPEN, expiresAt: { gt: new Date() }, workspace: { removedAt: null } },
    select: acceptable,
    orderBy: { createdAt: "asc" },
  });
}

/** False where it is not open any more: somebody was faster. */
export async function takeInvitation(tx: Transaction, invitationId: string): Promise<boolean> {
  const now = new Date();
  const { count } = await tx.invitation.updateMany({
    where: { id: invitationId, ...OPEN, expiresAt: { gt: now } },
    data: { acceptedAt: now },
  });
  return count === 1;
}
