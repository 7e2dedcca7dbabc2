import { tooManyAttempts } from "@/domain/access/sign-in-limits";
import { AppError } from "@/server/platform/app-error";
import type { Actor } from "@/server/platform/auth/actor";
import { isPasswordHash } from "@/server/platform/auth/password";
import { throttledVerify } from "@/server/platform/auth/throttled-verify";
import { prisma } from "@/server/platform/db/prisma";
import { endPasswordLinks, endSessionRows, findPasswordHash, updatePasswordHash } from "./account.store";
import { choosePassword } from "./choose-password";
import { recordAudit } from "./record-audit";
import { requirePerson } from "./require-person";

/**
 * Changes the person's own password and ends their other sessions; API tokens go on, since they are revoked one by one. The current one is asked for, and counted like a sign-in: a screen that
 * was left open is not enough.
 * @throws AppError forbidden for a token; unprocessable for a wrong current password and for a new one that may not be; too_many_requests;
 * conflict where there is no password
 */
export async function changePassword(
  actor: Actor,
  input: { currentPassword: string; newPassword: string },
): Promise<{ endedCount: number }> {
  const { userId, sessionId, email, name } = requirePerson(actor);
  if (!isPasswordHash(await findPasswordHash(userId)))
    throw new AppError(
      "conflict",
      "You have no password here: you sign in elsewhere. A platform admin can make a link to choose one.",
    );
  const current = await throttledVerify(email, input.currentPassword);
  if (current.kind === "locked") throw new AppError("too_many_requests", tooManyAttempts(current.retryAfterSeconds));
  if (current.kind === "wrong") {
    const message = "This is not your current password.";
    throw new AppError("unprocessable", message, [{ path: "body.currentPassword", message }]);
  }
  const passwordHash = await choosePassword(input.newPassword, { email, name }, "newPassword");
  return prisma().$transaction(async (tx) => {
    await updatePasswordHash(tx, userId, passwordHash);
    await endPasswordLinks(tx, userId);
    const endedCount = await endSessionRows(tx, userId, { except: sessionId });
    await recordAudit(tx, {
      ...{ actor, action: "password.changed", workspaceId: null, after: { endedSessions: endedCount } },
      target: { kind: "user", id: userId, name: email },
    });
    return { endedCount };
  });
}
