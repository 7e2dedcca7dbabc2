import type { NextRequest } from "next/server";
import type { Actor } from "./actor";
import { authenticate } from "./authenticate";

/** Who makes a request: by its session cookie. Null when nobody is signed in, or the session was revoked. */
export async function authenticateRequest(request: NextRequest): Promise<Actor | null> {
  return authenticate((name) => request.cookies.get(name)?.value);
}
