import { storableText } from "@/lib/storable";
import { holdPasswordHash, insertSession, type UserRecord } from "@/server/platform/auth/access.store";
import { throttledVerify } from "@/server/platform/auth/throttled-verify";
import { prisma } from "@/server/platform/db/prisma";
import { recordAudit } from "./record-audit";

export type SignInOutcome =
  | { kind: "signed-in"; sessionId: string; user: { id: string; email: string; name: string } }
  | { kind: "wrong" }
  | { kind: "locked"; retryAfterSeconds: number };

/**
 * Opens a session for an e-mail address and its password; one that is changed at this moment opens nothing any more. Each refusal is recorded, under
 * the address that was tried.
 */
export async function signIn(input: {
  email: string;
  password: string;
  userAgent: string | null;
}): Promise<SignInOutcome> {
  const email = storableText(input.email.trim().toLowerCase()).slice(0, 254);
  const verified = await throttledVerify(email, input.password);
  if (verified.kind === "right") {
    const { id, name, email: address } = verified.user;
    const sessionId = await openSession(verified.user, input.userAgent);
    if (sessionId !== null) return { kind: "signed-in", sessionId, user: { id, email: address, name } };
  }
  await recordAudit(prisma(), {
    ...{ actor: null, action: "session.refused", workspaceId: null, outcome: "refused" },
    target: { kind: "user", id: email, name: email },
    after: { reason: verified.kind === "locked" ? "too many attempts" : "wrong credentials" },
  });
  return verified.kind === "locked" ? verified : { kind: "wrong" };
}

function openSession(user: UserRecord, userAgent: string | null): Promise<string | null> {
  const { id, name, email, isPlatformAdmin, passwordHash } = user;
  return prisma().$transaction(async (tx) => {
    // Who changes the password ends the sessions that are there: this one would come after.
    if ((await holdPasswordHash(tx, id)) !== passwordHash) return null;
    const sessionId = await insertSession(id, userAgent, tx);
    await recordAudit(tx, {
      actor: { kind: "user", userId: id, name, email, isPlatformAdmin, sessionId, token: null },
      ...{ action: "session.started", workspaceId: null },
      target: { kind: "user", id, name: email },
    });
    return sessionId;
  });
}
