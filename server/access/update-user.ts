import type { UserDto } from "@/contracts/platform-people";
import { AppError, notFound } from "@/server/platform/app-error";
import type { Actor } from "@/server/platform/auth/actor";
import { prisma } from "@/server/platform/db/prisma";
import { endPasswordLinks, endSessionRows } from "./account.store";
import { recordAudit } from "./record-audit";
import { requirePerson, requirePlatformAdmin } from "./require-person";
import { countOtherPlatformAdmins, findUserRow, lockPlatformAdmins, updateUserRow } from "./user.store";
import { userDto } from "./user-dto";

/**
 * Renames a person, disables or enables them, gives or takes the platform. Who is disabled is out at once: sessions and links end, tokens and
 * passwords open nothing until they are enabled again.
 * @throws AppError forbidden, for API tokens too: who is let in must not follow from one that leaked; not_found; conflict for the last platform admin, and for disabling oneself
 */
export async function updateUser(
  actor: Actor,
  input: {
    userId: string;
    name?: string | undefined;
    isDisabled?: boolean | undefined;
    isPlatformAdmin?: boolean | undefined;
  },
): Promise<UserDto> {
  const admin = requirePlatformAdmin(requirePerson(actor), "change accounts");
  const { userId, name, isDisabled, isPlatformAdmin } = input;
  return prisma().$transaction(async (tx) => {
    await lockPlatformAdmins(tx);
    const before = await findUserRow(tx, userId);
    if (!before) throw notFound();
    const wasDisabled = before.disabledAt !== null;
    if (isDisabled && !wasDisabled && userId === admin.userId)
      throw new AppError("conflict", "You cannot disable your own account. Ask another platform admin.");
    const isLeft = (isPlatformAdmin ?? before.isPlatformAdmin) && !(isDisabled ?? wasDisabled);
    if (before.isPlatformAdmin && !wasDisabled && !isLeft && (await countOtherPlatformAdmins(tx, userId)) === 0)
      throw new AppError("conflict", `${before.name} is the last platform admin. Make somebody else one first.`);

    const after = await updateUserRow(tx, userId, {
      ...(name === undefined ? {} : { name }),
      ...(isPlatformAdmin === undefined ? {} : { isPlatformAdmin }),
      ...(isDisabled === undefined || isDisabled === wasDisabled ? {} : { disabledAt: isDisabled ? new Date() : null }),
    });
    if (isDisabled && !wasDisabled) {
      await endSessionRows(tx, userId);
      await endPasswordLinks(tx, userId);
    }
    await recordAudit(tx, {
      ...{ actor, action: actionOf(wasDisabled, isDisabled), workspaceId: null },
      target: { kind: "user", id: userId, name: before.email },
      before: { name: before.name, isPlatformAdmin: before.isPlatformAdmin, isDisabled: wasDisabled },
      after: { name: after.name, isPlatformAdmin: after.isPlatformAdmin, isDisabled: after.disabledAt !== null },
    });
    return userDto(after);
  });
}

function actionOf(wasDisabled: boolean, isDisabled: boolean | undefined): string {
  if (isDisabled === undefined || isDisabled === wasDisabled) return "user.updated";
  return isDisabled ? "user.disabled" : "user.enabled";
}
