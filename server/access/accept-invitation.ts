import { AppError } from "@/server/platform/app-error";
import type { Actor } from "@/server/platform/auth/actor";
import { prisma } from "@/server/platform/db/prisma";
import { findAcceptable } from "./invitation.store";
import { invitationEnded, joinWorkspace } from "./join-workspace";
import { requirePerson } from "./require-person";
import { hashLinkToken } from "./secret-link";

/**
 * Joins a workspace by an invitation to one's own address.
 * @throws AppError not_found where it has ended; forbidden for one to somebody else, and for a token
 */
export async function acceptInvitation(actor: Actor, { token }: { token: string }): Promise<{ workspaceSlug: string }> {
  const person = requirePerson(actor);
  const invitation = await findAcceptable(hashLinkToken(token));
  if (!invitation) throw invitationEnded();
  if (invitation.email !== person.email)
    throw new AppError(
      "forbidden",
      `This invitation is for ${invitation.email}. Sign in with that address to accept it.`,
    );
  await prisma().$transaction((tx) => joinWorkspace(tx, person, invitation));
  return { workspaceSlug: invitation.workspace.slug };
}
