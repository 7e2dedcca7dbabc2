import { prisma } from "@/server/platform/db/prisma";
import { endSessionRows, findSessionPerson } from "./account.store";
import { recordAudit } from "./record-audit";

/** Ends the session of somebody who leaves; one that has ended, or that nobody knows, is left as it is. */
export async function signOut(sessionId: string): Promise<void> {
  await prisma().$transaction(async (tx) => {
    const person = await findSessionPerson(tx, sessionId);
    if (!person || (await endSessionRows(tx, person.id, { only: sessionId })) === 0) return;
    const { id, name, email, isPlatformAdmin } = person;
    await recordAudit(tx, {
      actor: { kind: "user", userId: id, name, email, isPlatformAdmin, sessionId, token: null },
      ...{ action: "session.ended", workspaceId: null },
      target: { kind: "user", id, name: email },
    });
  });
}
