import type { Role } from "@/domain/access/permissions";
import { prisma } from "@/server/platform/db/prisma";
import { findAcceptable } from "./invitation.store";
import { hashLinkToken } from "./secret-link";
import { findAccountByEmail } from "./user.store";

export interface OpenInvitation {
  email: string;
  role: Role;
  invitedByName: string;
  workspaceName: string;
  /** They sign in and accept; otherwise they make an account first. */
  hasAccount: boolean;
}

/** What a link invites to; null where it is good for nothing (any more). Who has the link is who it was made for, or was told by them. */
export async function findInvitation(token: string): Promise<OpenInvitation | null> {
  const found = await findAcceptable(hashLinkToken(token));
  if (!found) return null;
  const account = await findAccountByEmail(prisma(), found.email);
  const { email, role, invitedByName, workspace } = found;
  return { email, role, invitedByName, workspaceName: workspace.name, hasAccount: account !== null };
}
