// Who stands behind a session or a token, in one question each: every request asks it.
import type { Role } from "@/domain/access/permissions";
import { directQuery } from "../db/direct-query";
import { prisma } from "../db/prisma";

interface PersonRow {
  userId: string;
  userName: string;
  email: string;
  isPlatformAdmin: boolean;
  /** In the workspace that was asked for; null = no member, or none was asked for. */
  memberRole: Role | null;
}

interface SessionPrincipal extends PersonRow {
  sessionId: string;
  /** Not seen for more than a minute. */
  isSeenLong: boolean;
}

export interface TokenPrincipal {
  tokenId: string;
  tokenName: string;
  role: Role;
  workspaceId: string | null;
  /** null = not limited */
  spaceIds: string[] | null;
  isSeenLong: boolean;
  /** null = a workspace's own token */
  person: PersonRow | null;
}

const SESSION = `
  SELECT s.id AS "sessionId", s.last_seen_at < now() - interval '1 minute' AS "isSeenLong", u.id AS "userId", u.name AS "userName",
    u.email, u.is_platform_admin AS "isPlatformAdmin", m.role::text AS "memberRole"
  FROM sessions s JOIN users u ON u.id = s.user_id
  LEFT JOIN members m ON m.user_id = u.id AND m.workspace_id = $2
  WHERE s.id = $1 AND s.revoked_at IS NULL AND s.expires_at > now() AND u.disabled_at IS NULL`;

const TOKEN = `
  SELECT t.id AS "tokenId", t.name AS "tokenName", t.role::text AS role, t.workspace_id AS "workspaceId",
    CASE WHEN t.is_space_limited THEN t.space_ids END AS "spaceIds",
    coalesce(t.last_used_at < now() - interval '1 minute', true) AS "isSeenLong", u.id AS "userId", u.name AS "userName", u.email,
    u.is_platform_admin AS "isPlatformAdmin", m.role::text AS "memberRole"
  FROM api_tokens t LEFT JOIN users u ON u.id = t.user_id
  LEFT JOIN members m ON m.user_id = u.id AND m.workspace_id = $2
  LEFT JOIN workspaces w ON w.id = t.workspace_id
  WHERE t.secret_hash = $1 AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > now())
    AND u.disabled_at IS NULL AND w.removed_at IS NULL`;

/** The live session with its person; null for expired, revoked and unknown ones alike. */
export async function findSessionPrincipal(
  sessionId: string,
  workspaceId: string | null,
): Promise<SessionPrincipal | null> {
  const [row] = await directQuery<SessionPrincipal>({
    ...{ name: "session-principal", text: SESSION, values: [sessionId, workspaceId] },
  });
  return row ?? null;
}

/** The live token with its person, where it is one's; null for expired, revoked and unknown ones alike. */
export async function findTokenPrincipal(
  hash: Uint8Array<ArrayBuffer>,
  workspaceId: string | null,
): Promise<TokenPrincipal | null> {
  const [row] = await directQuery<Omit<TokenPrincipal, "person"> & Nullable<PersonRow>>({
    ...{ name: "token-principal", text: TOKEN, values: [Buffer.from(hash), workspaceId] },
  });
  if (!row) return null;
  const { userId, userName, email, isPlatformAdmin, memberRole, ...token } = row;
  const isPersons = userId !== null && userName !== null && email !== null && isPlatformAdmin !== null;
  return { ...token, person: isPersons ? { userId, userName, email, isPlatformAdmin, memberRole } : null };
}

type Nullable<T> = { [K in keyof T]: T[K] | null };

/** Once a minute: who looks at a list of sessions wants no more, and a write for each request would be dear. */
export async function recordSessionSeen(sessionId: string): Promise<void> {
  await prisma().$executeRaw`
    UPDATE sessions SET last_seen_at = now() WHERE id = ${sessionId} AND last_seen_at < now() - interval '1 minute'`;
}

/** As `recordSessionSeen`, for a token. */
export async function recordTokenUsed(tokenId: string): Promise<void> {
  await prisma().$executeRaw`
    UPDATE api_tokens SET last_used_at = now()
    WHERE id = ${tokenId} AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')`;
}

/** The space of a run, for tokens that are limited to some; null for an unknown and for a foreign run alike. */
export async function findRunSpace(workspaceId: string, runId: string): Promise<string | null> {
  const run = await prisma().run.findFirst({ where: { id: runId, workspaceId }, select: { spaceId: true } });
  return run?.spaceId ?? null;
}
