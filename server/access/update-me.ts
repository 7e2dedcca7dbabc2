import type { Actor } from "@/server/platform/auth/actor";
import { prisma } from "@/server/platform/db/prisma";
import { updateName } from "./account.store";
import { recordAudit } from "./record-audit";
import { requirePerson } from "./require-person";

/** Changes the person's own name. @throws AppError forbidden for a token */
export async function updateMe(actor: Actor, { name }: { name: string }): Promise<{ name: string }> {
  const person = requirePerson(actor);
  await prisma().$transaction(async (tx) => {
    await updateName(tx, person.userId, name);
    await recordAudit(tx, {
      ...{ actor, action: "user.updated", workspaceId: null, before: { name: person.name }, after: { name } },
      target: { kind: "user", id: person.userId, name: person.email },
    });
  });
  return { name };
}
