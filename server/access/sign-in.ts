import { storableText } from "@/lib/storable";
import { insertSession } from "@/server/platform/auth/access.store";
import { throttledVerify } from "@/server/platform/auth/throttled-verify";
import { prisma } from "@/server/platform/db/prisma";
import { recordAudit } from "./record-audit";

export type SignInOutcome =
  | { kind: "signed-in"; sessionId: string; user: { id: string; email: string; name: string } }
  | { kind: "wrong" }
  | { kind: "locked"; retryAfterSeconds: number };

/** Opens a session for an e-mail address and its password. Each refusal is recorded, under the address that was tried. */
export async function signIn(input: {
  email: string;
  password: string;
  userAgent: string | null;
}): Promise<SignInOutcome> {
  const email = storableText(input.email.trim().toLowerCase()).slice(0, 254);
  const verified = await throttledVerify(email, input.password);
  if (verified.kind === "right") {
    const { id, name, isPlatformAdmin } = verified.user;
    const sessionId = await insertSession(id, input.userAgent);
    await recordAudit(prisma(), {
      actor: { kind: "user", userId: id, name, email: verified.user.email, isPlatformAdmin, sessionId, token: null },
      ...{ action: "session.started", workspaceId: null },
      target: { kind: "user", id, name: verified.user.email },
    });
    return { kind: "signed-in", sessionId, user: { id, email: verified.user.email, name } };
  }
  await recordAudit(prisma(), {
    ...{ actor: null, action: "session.refused", workspaceId: null, outcome: "refused" },
    target: { kind: "user", id: email, name: email },
    after: { reason: verified.kind === "locked" ? "too many attempts" : "wrong credentials" },
  });
  return verified;
}
