import { AppError } from "@/server/platform/app-error";
import type { Actor } from "@/server/platform/auth/actor";
import { forgetAttempts } from "@/server/platform/auth/throttled-verify";
import { prisma } from "@/server/platform/db/prisma";
import { endSessionRows, findOpenPasswordLink, takePasswordLink, updatePasswordHash } from "./account.store";
import { choosePassword } from "./choose-password";
import { endPersonalTokens } from "./end-personal-tokens";
import { recordAudit } from "./record-audit";
import { hashLinkToken } from "./secret-link";

const linkEnded = () =>
  new AppError(
    "not_found",
    "This link is not good any more: it was used, replaced, or is too old. Ask a platform admin for another one.",
  );

/**
 * Sets the password of whom the link is for; it is good once. Every session and every personal API token of theirs ends: who needs a link
 * may have lost them to somebody else.
 * @throws AppError not_found where the link is good for nothing; unprocessable for a password that may not be
 */
export async function choosePasswordByLink(input: {
  token: string;
  password: string;
}): Promise<{ email: string; endedSessionCount: number; endedTokenCount: number }> {
  const link = await findOpenPasswordLink(hashLinkToken(input.token));
  if (!link) throw linkEnded();
  const { id: userId, email, name, isPlatformAdmin } = link.user;
  const passwordHash = await choosePassword(input.password, { email, name }, "password");
  const ended = await prisma().$transaction(async (tx) => {
    if (!(await takePasswordLink(tx, link.id))) throw linkEnded();
    await updatePasswordHash(tx, userId, passwordHash);
    const actor: Actor = { kind: "user", userId, name, email, isPlatformAdmin, sessionId: "", token: null };
    const endedSessionCount = await endSessionRows(tx, userId);
    const endedTokenCount = await endPersonalTokens(tx, actor, userId);
    const after = { endedSessions: endedSessionCount, endedTokens: endedTokenCount };
    await recordAudit(tx, {
      ...{ actor, action: "password.chosen", workspaceId: null, after },
      target: { kind: "user", id: userId, name: email },
    });
    return { endedSessionCount, endedTokenCount };
  });
  await forgetAttempts(email);
  return { email, ...ended };
}
