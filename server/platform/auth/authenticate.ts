import { decode } from "next-auth/jwt";
import { env } from "../env";
import { findLiveSession } from "./access.store";
import type { Actor } from "./actor";

const COOKIES = ["__Secure-next-auth.session-token", "next-auth.session-token"];

/** Turns the cookies of a request into an actor; null when nobody is signed in (or the session was revoked). */
export async function authenticate(readCookie: (name: string) => string | undefined): Promise<Actor | null> {
  const token = COOKIES.map(readCookie).find((value) => value);
  if (!token) return null;
  const claims = await decode({ token, secret: env().RECLAIM_SESSION_SECRET }).catch(() => null);
  if (typeof claims?.sessionId !== "string") return null;
  const session = await findLiveSession(claims.sessionId);
  if (!session) return null;
  const { id: userId, name, email, isPlatformAdmin } = session.user;
  return { kind: "user", userId, name, email, isPlatformAdmin, sessionId: session.id, token: null };
}
