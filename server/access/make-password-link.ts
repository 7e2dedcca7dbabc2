import type { Transaction } from "@/server/platform/db/prisma";
import { newId } from "@/server/platform/new-id";
import { endPasswordLinks, insertPasswordLink } from "./account.store";
import { newLinkToken, PASSWORD_LINK_HOURS, passwordLink } from "./secret-link";

/** A fresh one-time link for a person; an earlier one ends. The address is all there is of it: only its hash is kept. */
export async function makePasswordLink(
  tx: Transaction,
  { userId, createdByName }: { userId: string; createdByName: string },
): Promise<{ link: string; expiresAt: string }> {
  const { token, tokenHash } = newLinkToken();
  const expiresAt = new Date(Date.now() + PASSWORD_LINK_HOURS * 3_600_000);
  await endPasswordLinks(tx, userId);
  await insertPasswordLink(tx, { id: newId("pwl"), userId, tokenHash, createdByName, expiresAt });
  return { link: passwordLink(token), expiresAt: expiresAt.toISOString() };
}
