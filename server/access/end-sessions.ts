import type { Actor } from "@/server/platform/auth/actor";
import { prisma } from "@/server/platform/db/prisma";
import { endSessionRows } from "./account.store";
import { recordAudit } from "./record-audit";
import { requirePerson } from "./require-person";

/** Signs the person out everywhere, or everywhere but here. @throws AppError forbidden for a token */
export async function endSessions(
  actor: Actor,
  { keepCurrent }: { keepCurrent: boolean },
): Promise<{ endedCount: number }> {
  const { userId, sessionId, email } = requirePerson(actor);
  return prisma().$transaction(async (tx) => {
    const endedCount = await endSessionRows(tx, userId, { except: keepCurrent ? sessionId : undefined });
    await recordAudit(tx, {
      ...{ actor, action: "sessions.ended", workspaceId: null, after: { endedCount } },
      target: { kind: "user", id: userId, name: email },
    });
    return { endedCount };
  });
}
