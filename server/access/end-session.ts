import { notFound } from "@/server/platform/app-error";
import type { Actor } from "@/server/platform/auth/actor";
import { prisma } from "@/server/platform/db/prisma";
import { endSessionRows } from "./account.store";
import { recordAudit } from "./record-audit";
import { requirePerson } from "./require-person";

/** Ends one of the person's own sessions: the next request under it is refused. @throws AppError forbidden for a token; not_found */
export async function endSession(actor: Actor, sessionId: string): Promise<Record<string, never>> {
  const person = requirePerson(actor);
  await prisma().$transaction(async (tx) => {
    if ((await endSessionRows(tx, person.userId, { only: sessionId })) === 0) throw notFound();
    await recordAudit(tx, {
      ...{ actor, action: "session.ended", workspaceId: null },
      target: { kind: "user", id: person.userId, name: person.email },
    });
  });
  return {};
}
