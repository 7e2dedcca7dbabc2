import { AppError } from "@/server/platform/app-error";
import { forgetAttempts } from "@/server/platform/auth/throttled-verify";
import { prisma } from "@/server/platform/db/prisma";
import { endSessionRows, findOpenPasswordLink, takePasswordLink, updatePasswordHash } from "./account.store";
import { choosePassword } from "./choose-password";
import { recordAudit } from "./record-audit";
import { hashLinkToken } from "./secret-link";

const ended = () =>
  new AppError(
    "not_found",
    "This link is not good any more: it was used, replaced, or is too old. Ask a platform admin for another one.",
  );

/**
 * Sets the password of whom the link is for; it is good once, and every session of theirs ends.
 * @throws AppError not_found where the link is good for nothing; unprocessable for a password that may not be
 */
export async function choosePasswordByLink(input: { token: string; password: string }): Promise<{ email: string }> {
  const link = await findOpenPasswordLink(hashLinkToken(input.token));
  if (!link) throw ended();
  const { id: userId, email, name, isPlatformAdmin } = link.user;
  const passwordHash = await choosePassword(input.password, { email, name }, "password");
  await prisma().$transaction(async (tx) => {
    if (!(await takePasswordLink(tx, link.id))) throw ended();
    await updatePasswordHash(tx, userId, passwordHash);
    const endedSessions = await endSessionRows(tx, userId);
    await recordAudit(tx, {
      actor: { kind: "user", userId, name, email, isPlatformAdmin, sessionId: "", token: null },
      ...{ action: "password.chosen", workspaceId: null, after: { endedSessions } },
      target: { kind: "user", id: userId, name: email },
    });
  });
  await forgetAttempts(email);
  return { email };
}
