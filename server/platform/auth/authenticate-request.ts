import { basicCredentials } from "../http/basic-credentials";
import type { Actor } from "./actor";
import { type Identity, identifySession, identifyToken } from "./identity";
import { sessionIdOf } from "./session-cookie";
import { verifyBasic } from "./verify-basic";

interface Choices {
  /** HTTP Basic counts as well, with an account's password or with a token in its place: for old command lines only */
  acceptsBasic?: boolean;
}

/**
 * Who makes a request: by `Authorization: Bearer` with an API token, or by the session cookie. Null when neither is good: a token that is
 * wrong is never made up for by a cookie.
 */
export async function authenticateRequest(request: Request, choices: Choices = {}): Promise<Actor | null> {
  return (await identifyRequest(request, { ...choices, workspaceId: null }))?.actor ?? null;
}

/** As `authenticateRequest`, with what they are in a workspace: one question to the database for both. */
export async function identifyRequest(
  request: Request,
  { acceptsBasic = false, workspaceId }: Choices & { workspaceId: string | null },
): Promise<Identity | null> {
  const header = request.headers.get("authorization");
  const bearer = bearerToken(header);
  if (bearer !== null) return identifyToken(bearer, workspaceId);
  const basic = acceptsBasic ? basicCredentials(header) : null;
  if (basic) {
    const actor = await verifyBasic(basic.username, basic.password);
    return actor && { actor, workspaceId: null, memberRole: null };
  }
  const sessionId = await sessionIdOf((name) => cookieOf(request.headers.get("cookie"), name));
  return sessionId === null ? null : identifySession(sessionId, workspaceId);
}

/** Whether a request brings its own proof, which no browser adds by itself: nobody else's page can have started it. */
export function bringsCredentials(request: Request): boolean {
  return bearerToken(request.headers.get("authorization")) !== null;
}

function bearerToken(header: string | null): string | null {
  return /^bearer\b *(.*)$/i.exec(header ?? "")?.[1]?.trimEnd() ?? null;
}

function cookieOf(header: string | null, name: string): string | undefined {
  for (const part of header?.split(";") ?? []) {
    const equals = part.indexOf("=");
    if (equals > 0 && part.slice(0, equals).trim() === name) return part.slice(equals + 1).trim();
  }
  return undefined;
}
