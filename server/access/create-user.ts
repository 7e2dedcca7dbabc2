import type { UserDto } from "@/contracts/platform-people";
import { AppError } from "@/server/platform/app-error";
import type { Actor } from "@/server/platform/auth/actor";
import { NO_PASSWORD } from "@/server/platform/auth/password";
import { isUniqueViolation, prisma } from "@/server/platform/db/prisma";
import { newId } from "@/server/platform/new-id";
import { makePasswordLink } from "./make-password-link";
import { recordAudit } from "./record-audit";
import { requirePerson, requirePlatformAdmin } from "./require-person";
import { insertUser } from "./user.store";
import { userDto } from "./user-dto";

/** Makes an account without a password, and the link by which its owner chooses one. @throws AppError forbidden, for API tokens too; conflict for a known address */
export async function createUser(
  actor: Actor,
  input: { email: string; name: string; isPlatformAdmin: boolean },
): Promise<{ user: UserDto; passwordLink: { link: string; expiresAt: string } }> {
  requirePlatformAdmin(requirePerson(actor), "make accounts");
  try {
    return await prisma().$transaction(async (tx) => {
      const row = await insertUser(tx, { id: newId("usr"), ...input, passwordHash: NO_PASSWORD });
      const passwordLink = await makePasswordLink(tx, { userId: row.id, createdByName: actor.name });
      await recordAudit(tx, {
        ...{ actor, action: "user.created", workspaceId: null, after: input },
        target: { kind: "user", id: row.id, name: row.email },
      });
      return { user: userDto(row), passwordLink };
    });
  } catch (error) {
    if (isUniqueViolation(error)) throw new AppError("conflict", `${input.email} has an account already.`);
    throw error;
  }
}
