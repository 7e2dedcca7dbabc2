// Tokens of the API. Rows of people's tokens are found by their owner, of workspaces' by theirs: an id alone leads to none.
import type { Role } from "@/domain/access/permissions";
import { Prisma, prisma, type Transaction } from "@/server/platform/db/prisma";

/** Whose tokens are meant. */
export type TokenOwner = { userId: string } | { workspaceId: string };

export interface ApiTokenRow {
  id: string;
  name: string;
  hint: string;
  isPersonal: boolean;
  role: Role;
  workspace: { id: string; slug: string; name: string } | null;
  /** null = not limited */
  spaces: { id: string; name: string }[] | null;
  createdAt: Date;
  createdByName: string;
  madeThroughId: string | null;
  expiresAt: Date | null;
  isExpired: boolean;
  lastUsedAt: Date | null;
  madeCount: number;
}

function ownedBy(owner: TokenOwner): Prisma.Sql {
  if ("userId" in owner) return Prisma.sql`t.user_id = ${owner.userId}`;
  return Prisma.sql`t.user_id IS NULL AND t.workspace_id = ${owner.workspaceId}`;
}

/** Tokens that were not revoked, newest first; of one id when it is given. */
export function listTokenRows(owner: TokenOwner, tokenId: string | null = null): Promise<ApiTokenRow[]> {
  return prisma().$queryRaw`
    SELECT t.id, t.name, t.hint, t.user_id IS NOT NULL AS "isPersonal", t.role::text AS role,
      CASE WHEN w.id IS NOT NULL THEN json_build_object('id', w.id, 'slug', w.slug, 'name', w.name) END AS workspace,
      CASE WHEN t.is_space_limited THEN coalesce((
        SELECT json_agg(json_build_object('id', s.id, 'name', s.name) ORDER BY s.name)
        FROM spaces s WHERE s.id = ANY (t.space_ids) AND s.workspace_id = t.workspace_id AND s.removed_at IS NULL), '[]') END AS spaces,
      t.created_at AS "createdAt", t.created_by_name AS "createdByName", t.made_through_id AS "madeThroughId",
      t.expires_at AS "expiresAt", coalesce(t.expires_at <= now(), false) AS "isExpired", t.last_used_at AS "lastUsedAt",
      (WITH RECURSIVE made AS (
         SELECT m.id, m.revoked_at, m.expires_at FROM api_tokens m WHERE m.made_through_id = t.id
         UNION SELECT m.id, m.revoked_at, m.expires_at FROM api_tokens m JOIN made ON m.made_through_id = made.id)
       SELECT count(*)::int FROM made WHERE made.revoked_at IS NULL AND (made.expires_at IS NULL OR made.expires_at > now())) AS "madeCount"
    FROM api_tokens t LEFT JOIN workspaces w ON w.id = t.workspace_id
    WHERE ${ownedBy(owner)} AND t.revoked_at IS NULL AND (${tokenId}::text IS NULL OR t.id = ${tokenId})
    ORDER BY t.created_at DESC, t.id DESC`;
}

interface NewTokenRow {
  id: string;
  secretHash: Uint8Array<ArrayBuffer>;
  hint: string;
  name: string;
  userId: string | null;
  workspaceId: string | null;
  role: Role;
  isSpaceLimited: boolean;
  spaceIds: string[];
  createdByName: string;
  madeThroughId: string | null;
  expiresAt: Date | null;
}

/** Held to the end of the transaction: who makes tokens of an owner, and who ends all of them, go one after the other. */
export async function lockTokens(tx: Transaction, owner: TokenOwner): Promise<void> {
  const key = "userId" in owner ? owner.userId : owner.workspaceId;
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('api-tokens ' || ${key}, 0))`;
}

/** The number of live tokens of an owner. */
export async function countLiveTokens(tx: Transaction, owner: TokenOwner): Promise<number> {
  const [row] = await tx.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM api_tokens t
    WHERE ${ownedBy(owner)} AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > now())`;
  return row?.count ?? 0;
}

/** Whether a session or a token was ended since its request was let in; one that is not known was not. */
export async function isEndedMeanwhile(
  tx: Transaction,
  through: { sessionId: string; tokenId: string | null },
): Promise<boolean> {
  const [row] = await tx.$queryRaw<{ isEnded: boolean }[]>`
    SELECT EXISTS (SELECT FROM sessions WHERE id = ${through.sessionId} AND revoked_at IS NOT NULL)
      OR EXISTS (SELECT FROM api_tokens WHERE id = ${through.tokenId} AND revoked_at IS NOT NULL) AS "isEnded"`;
  return row?.isEnded ?? false;
}

export async function insertToken(tx: Transaction, row: NewTokenRow): Promise<void> {
  await tx.apiToken.create({ data: row, select: { id: true } });
}

/** Revokes a token of an owner and, unless they are kept, all that were made through it, theirs included. What they were called. */
export async function revokeTokenRows(
  tx: Transaction,
  input: { owner: TokenOwner; tokenId: string; keepMade: boolean; byName: string },
): Promise<{ id: string; name: string; workspaceId: string | null }[]> {
  const { owner, tokenId, keepMade, byName } = input;
  return tx.$queryRaw`
    WITH RECURSIVE ending AS (
      SELECT t.id FROM api_tokens t WHERE t.id = ${tokenId} AND ${ownedBy(owner)} AND t.revoked_at IS NULL
      UNION SELECT m.id FROM api_tokens m JOIN ending ON m.made_through_id = ending.id WHERE NOT ${keepMade})
    UPDATE api_tokens SET revoked_at = now(), revoked_by_name = ${byName}
    WHERE id IN (SELECT id FROM ending) AND revoked_at IS NULL
    RETURNING id, name, workspace_id AS "workspaceId"`;
}

/** Revokes every token of an owner. What they were called. */
export function revokeAllTokenRows(
  tx: Transaction,
  owner: TokenOwner,
  byName: string,
): Promise<{ id: string; name: string; workspaceId: string | null }[]> {
  return tx.$queryRaw`
    UPDATE api_tokens t SET revoked_at = now(), revoked_by_name = ${byName}
    WHERE ${ownedBy(owner)} AND t.revoked_at IS NULL
    RETURNING t.id, t.name, t.workspace_id AS "workspaceId"`;
}

/** When a token ends by itself. */
export async function findTokenExpiry(tokenId: string): Promise<Date | null> {
  const token = await prisma().apiToken.findUnique({ where: { id: tokenId }, select: { expiresAt: true } });
  return token?.expiresAt ?? null;
}

/** Those of these ids that are spaces of the workspace. */
export async function findSpacesOf(workspaceId: string, spaceIds: readonly string[]): Promise<string[]> {
  const where = { workspaceId, id: { in: [...spaceIds] }, removedAt: null };
  return (await prisma().space.findMany({ where, select: { id: true } })).map(({ id }) => id);
}

export function findTokenWorkspace(workspaceId: string): Promise<{ id: string; slug: string; name: string } | null> {
  return prisma().workspace.findFirst({
    where: { id: workspaceId, removedAt: null },
    select: { id: true, slug: true, name: true },
  });
}
