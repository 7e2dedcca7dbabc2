import { createHash } from "node:crypto";
import { decode } from "next-auth/jwt";
import { env } from "../env";

const COOKIES = ["__Secure-next-auth.session-token", "next-auth.session-token"];
const REMEMBERED_MAX = 2_000;

/** What encrypted cookies say does not change: which session they name is remembered, whether it still stands is asked each time. */
const read = new Map<string, { sessionId: string; expiresAtMs: number }>();

/** The id of the session that the cookies of a request name; null without one, and for one that is not ours or has expired. */
export async function sessionIdOf(readCookie: (name: string) => string | undefined): Promise<string | null> {
  const token = COOKIES.map(readCookie).find((value) => value);
  if (!token) return null;
  const { RECLAIM_SESSION_SECRET: secret } = env();
  const key = createHash("sha256").update(`${secret}\0${token}`).digest("base64");
  const known = read.get(key);
  if (known) return known.expiresAtMs > Date.now() ? known.sessionId : null;
  const claims = await decode({ token, secret }).catch(() => null);
  if (typeof claims?.sessionId !== "string" || typeof claims.exp !== "number") return null;
  if (read.size >= REMEMBERED_MAX) read.clear();
  read.set(key, { sessionId: claims.sessionId, expiresAtMs: claims.exp * 1000 });
  return claims.sessionId;
}
