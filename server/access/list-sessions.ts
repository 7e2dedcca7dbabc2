import type { Actor } from "@/server/platform/auth/actor";
import { isPasswordHash } from "@/server/platform/auth/password";
import { findPasswordHash, listLiveSessionRows } from "./account.store";
import { requirePerson } from "./require-person";

/** Where the person is signed in, the one seen last first. @throws AppError forbidden for a token */
export async function listSessions(actor: Actor) {
  const { userId, sessionId } = requirePerson(actor);
  const [rows, passwordHash] = await Promise.all([listLiveSessionRows(userId), findPasswordHash(userId)]);
  return {
    items: rows.map(({ id, userAgent, createdAt, lastSeenAt, expiresAt }) => ({
      ...{ id, isCurrent: id === sessionId, userAgent },
      createdAt: createdAt.toISOString(),
      lastSeenAt: lastSeenAt.toISOString(),
      expiresAt: expiresAt.toISOString(),
    })),
    hasPassword: isPasswordHash(passwordHash),
  };
}
