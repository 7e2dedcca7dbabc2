import type { Role } from "@/domain/access/permissions";
import type { ActingToken, Actor } from "./actor";
import { hashOfApiToken } from "./api-token";
import {
  findSessionPrincipal,
  findTokenPrincipal,
  recordSessionSeen,
  recordTokenUsed,
  type TokenPrincipal,
} from "./principal.store";

/** Who asks, and what they are in the workspace that they ask about: found together. */
export interface Identity {
  readonly actor: Actor;
  /** null = they ask about none */
  readonly workspaceId: string | null;
  /** Of the person behind it, before a token takes away from it; null = no member, or no person. */
  readonly memberRole: Role | null;
}

/** Who a session id belongs to, and their role in a workspace; null when the session is over. */
export async function identifySession(sessionId: string, workspaceId: string | null): Promise<Identity | null> {
  const session = await findSessionPrincipal(sessionId, workspaceId);
  if (!session) return null;
  if (session.isSeenLong) await recordSessionSeen(session.sessionId);
  const { userId, userName: name, email, isPlatformAdmin, memberRole } = session;
  const actor: Actor = {
    kind: "user",
    userId,
    name,
    email,
    isPlatformAdmin,
    sessionId: session.sessionId,
    token: null,
  };
  return { actor, workspaceId, memberRole };
}

/** Who acts through a token, and its owner's role in a workspace; null for what is no token, or none that is good any more. */
export async function identifyToken(secret: string, workspaceId: string | null): Promise<Identity | null> {
  const hash = hashOfApiToken(secret);
  const token = hash && (await findTokenPrincipal(hash, workspaceId));
  if (!token) return null;
  if (token.isSeenLong) await recordTokenUsed(token.tokenId);
  const actor = actorOf(token);
  return actor && { actor, workspaceId, memberRole: token.person?.memberRole ?? null };
}

function actorOf({ tokenId, tokenName, role, workspaceId, spaceIds, person }: TokenPrincipal): Actor | null {
  const token: ActingToken = { id: tokenId, name: tokenName, role, workspaceId, spaceIds };
  if (!person) return workspaceId === null ? null : { kind: "robot", tokenId, name: tokenName, workspaceId, token };
  const { userId, userName: name, email } = person;
  // The platform is more than any workspace: only a token that takes nothing away reaches it.
  const isWhole = role === "admin" && workspaceId === null && spaceIds === null;
  return {
    kind: "user",
    userId,
    name,
    email,
    isPlatformAdmin: person.isPlatformAdmin && isWhole,
    sessionId: "",
    token,
  };
}
