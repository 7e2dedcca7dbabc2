import type { Actor } from "./actor";
import { identifySession } from "./identity";
import { sessionIdOf } from "./session-cookie";

/** Turns the cookies of a page's request into an actor; null when nobody is signed in (or the session was revoked). */
export async function authenticate(readCookie: (name: string) => string | undefined): Promise<Actor | null> {
  const sessionId = await sessionIdOf(readCookie);
  return (sessionId && (await identifySession(sessionId, null))?.actor) || null;
}
