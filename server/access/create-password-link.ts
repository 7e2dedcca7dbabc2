import { AppError, notFound } from "@/server/platform/app-error";
import type { Actor } from "@/server/platform/auth/actor";
import { prisma } from "@/server/platform/db/prisma";
import { makePasswordLink } from "./make-password-link";
import { recordAudit } from "./record-audit";
import { requirePerson, requirePlatformAdmin } from "./require-person";
import { findUserRow } from "./user.store";

/**
 * A one-time link by which a person chooses a new password: what they have now goes on until it is used.
 * @throws AppError forbidden, for API tokens too: who is let in must not follow from one that leaked; not_found; conflict for a disabled person
 */
export async function createPasswordLink(actor: Actor, userId: string): Promise<{ link: string; expiresAt: string }> {
  requirePlatformAdmin(requirePerson(actor), "make links for passwords");
  return prisma().$transaction(async (tx) => {
    const user = await findUserRow(tx, userId);
    if (!user) throw notFound();
    if (user.disabledAt) throw new AppError("conflict", `${user.name} is disabled. Enable the account first.`);
    const made = await makePasswordLink(tx, { userId, createdByName: actor.name });
    await recordAudit(tx, {
      ...{ actor, action: "password-link.created", workspaceId: null, after: { expiresAt: made.expiresAt } },
      target: { kind: "user", id: userId, name: user.email },
    });
    return made;
  });
}
