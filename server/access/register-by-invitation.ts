import { AppError } from "@/server/platform/app-error";
import { isUniqueViolation, prisma } from "@/server/platform/db/prisma";
import { newId } from "@/server/platform/new-id";
import { choosePassword } from "./choose-password";
import { findAcceptable } from "./invitation.store";
import { invitationEnded, joinWorkspace } from "./join-workspace";
import { recordAudit } from "./record-audit";
import { hashLinkToken } from "./secret-link";
import { findAccountByEmail, insertUser } from "./user.store";

const hasAccount = (email: string) =>
  new AppError("conflict", `${email} has an account already. Sign in with it to accept the invitation.`);

/**
 * Makes an account for whom an invitation is addressed to, and joins its workspace: both or neither.
 * @throws AppError not_found where the invitation has ended; conflict for an address with an account; unprocessable for the password
 */
export async function registerByInvitation(input: {
  token: string;
  name: string;
  password: string;
}): Promise<{ email: string; workspaceSlug: string }> {
  const { token, name, password } = input;
  const invitation = await findAcceptable(hashLinkToken(token));
  if (!invitation) throw invitationEnded();
  const { email, workspace } = invitation;
  if (await findAccountByEmail(prisma(), email)) throw hasAccount(email);
  const passwordHash = await choosePassword(password, { email, name }, "password");
  try {
    await prisma().$transaction(async (tx) => {
      const { id: userId } = await insertUser(tx, {
        id: newId("usr"),
        email,
        name,
        passwordHash,
        isPlatformAdmin: false,
      });
      const person = { kind: "user", userId, name, email, isPlatformAdmin: false, sessionId: "", token: null } as const;
      await recordAudit(tx, {
        ...{ actor: person, action: "user.registered", workspaceId: null, after: { email, name } },
        target: { kind: "user", id: userId, name: email },
      });
      await joinWorkspace(tx, person, invitation);
    });
  } catch (error) {
    if (isUniqueViolation(error)) throw hasAccount(email);
    throw error;
  }
  return { email, workspaceSlug: workspace.slug };
}
