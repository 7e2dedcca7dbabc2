// What notifications write: times, pulls by whom, and who was behind what a reading found. Bulk statements in one transaction a batch.
import { storableJson } from "@/lib/storable";
import { prisma, type Transaction } from "@/server/platform/db/prisma";

export interface PushReport {
  repository: string;
  digest: string;
  tag: string | null;
  at: string;
}

/** Pulls of one image by one person with one program, added up. */
export interface PullReport {
  repository: string;
  digest: string;
  actorName: string;
  userAgent: string;
  tag: string | null;
  count: number;
  firstAt: string;
  lastAt: string;
}

/** Locks repositories until the transaction ends, in one order, before anything in them is written: as crawls and moves do. */
export async function lockNamedRepositories(
  tx: Transaction,
  registryId: string,
  names: readonly string[],
): Promise<void> {
  await tx.$queryRaw`
    SELECT r.id FROM repositories r WHERE r.registry_id = ${registryId} AND r.name = ANY(${[...names]}) ORDER BY r.id FOR NO KEY UPDATE`;
}

/** The demo backdates what it pushes; the notifications of those very pushes come late and must not undo that. */
const DEMO_PUSH_WINDOW = "15 minutes";

/** Sets the push times that notifications reported, of manifests, tags and what people browse; an older report changes nothing. */
export async function writePushTimes(
  tx: Transaction,
  registryId: string,
  pushes: readonly PushReport[],
): Promise<void> {
  if (pushes.length === 0) return;
  const rows = storableJson(pushes);
  await tx.$executeRaw`
    WITH p AS (
      SELECT r.id AS repository_id, r.first_seen_at, p.digest, max(p.at) AS at
      FROM jsonb_to_recordset(${rows}::jsonb) AS p(repository text, digest text, at timestamptz)
      JOIN repositories r ON r.registry_id = ${registryId} AND r.name = p.repository GROUP BY 1, 2, 3
    ),
    written AS (
      UPDATE repository_manifests rm SET pushed_at_source = 'event',
        -- The time of the first sight is only when the reading came to it.
        pushed_at = CASE WHEN rm.pushed_at_source = 'crawl' THEN p.at ELSE greatest(rm.pushed_at, p.at) END FROM p
      WHERE rm.repository_id = p.repository_id AND rm.digest = p.digest
        AND (rm.pushed_at_source <> 'demo' OR p.at > p.first_seen_at + ${DEMO_PUSH_WINDOW}::interval)
      RETURNING rm.repository_id, rm.digest, rm.pushed_at
    ),
    latest AS (
      UPDATE repositories r SET last_pushed_at = greatest(r.last_pushed_at, w.at)
      FROM (SELECT repository_id, max(pushed_at) AS at FROM written GROUP BY 1) w WHERE r.id = w.repository_id
    )
    UPDATE images i SET pushed_at = w.pushed_at, pushed_at_source = 'event' FROM written w
    WHERE i.repository_id = w.repository_id AND i.digest = w.digest`;
  await tx.$executeRaw`
    UPDATE tags t SET pushed_at_source = 'event',
      pushed_at = CASE WHEN t.pushed_at_source = 'crawl' THEN p.at ELSE greatest(t.pushed_at, p.at) END
    FROM (SELECT p.repository, p.digest, p.tag, max(p.at) AS at
          FROM jsonb_to_recordset(${rows}::jsonb) AS p(repository text, digest text, tag text, at timestamptz)
          WHERE p.tag IS NOT NULL GROUP BY 1, 2, 3) p
    JOIN repositories r ON r.registry_id = ${registryId} AND r.name = p.repository
    WHERE t.repository_id = r.id AND t.name = p.tag AND t.digest = p.digest
      AND (p.at > r.first_seen_at + ${DEMO_PUSH_WINDOW}::interval OR NOT EXISTS (
        SELECT 1 FROM repository_manifests rm WHERE rm.repository_id = r.id AND rm.digest = p.digest AND rm.pushed_at_source = 'demo'))`;
}

const PULL_ROWS_PER_IMAGE = 200;
const COUNT_MAX = 2_147_483_647;
/** Pages show times by the minute: what moves less does not make them read again. */
const SHOWN_STEP = "1 minute";

/**
 * Adds pulls to what is known of each image, and sets the last pull of manifests and of the rows that people browse: a pull of a
 * platform is one of its index. An older report sets no time back. Of what the inventory does not have, nothing is kept.
 * @returns spaces in which something changed that a page shows
 */
export async function writePulls(tx: Transaction, registryId: string, pulls: readonly PullReport[]): Promise<string[]> {
  if (pulls.length === 0) return [];
  const rows = storableJson(pulls);
  await tx.$executeRaw`
    INSERT INTO image_pulls AS known (repository_id, digest, actor_name, user_agent, workspace_id, tag, count, first_at, last_at)
    SELECT rm.repository_id, rm.digest, p."actorName", p."userAgent", rm.workspace_id, p.tag, p.count, p."firstAt", p."lastAt"
    FROM jsonb_to_recordset(${rows}::jsonb) AS p(repository text, digest text, "actorName" text, "userAgent" text, tag text, count int,
      "firstAt" timestamptz, "lastAt" timestamptz)
    JOIN repositories r ON r.registry_id = ${registryId} AND r.name = p.repository
    JOIN repository_manifests rm ON rm.repository_id = r.id AND rm.digest = p.digest
    ORDER BY 1, 2, 3, 4
    ON CONFLICT (repository_id, digest, actor_name, user_agent) DO UPDATE SET
      count = least(known.count::bigint + excluded.count, ${COUNT_MAX})::int,
      first_at = least(known.first_at, excluded.first_at), last_at = greatest(known.last_at, excluded.last_at),
      tag = CASE WHEN excluded.last_at >= known.last_at THEN excluded.tag ELSE known.tag END`;
  await tx.$executeRaw`
    WITH touched AS (
      SELECT DISTINCT r.id, p.digest FROM jsonb_to_recordset(${rows}::jsonb) AS p(repository text, digest text)
      JOIN repositories r ON r.registry_id = ${registryId} AND r.name = p.repository
    )
    DELETE FROM image_pulls gone USING touched t, LATERAL (
      SELECT ip.actor_name, ip.user_agent FROM image_pulls ip WHERE ip.repository_id = t.id AND ip.digest = t.digest
      ORDER BY ip.last_at DESC, ip.actor_name, ip.user_agent OFFSET ${PULL_ROWS_PER_IMAGE}) old
    WHERE gone.repository_id = t.id AND gone.digest = t.digest AND gone.actor_name = old.actor_name AND gone.user_agent = old.user_agent`;
  const spaces = await tx.$queryRaw<{ spaceId: string }[]>`
    WITH RECURSIVE pulled AS (
      SELECT r.id AS repository_id, p.digest, max(p."lastAt") AS at
      FROM jsonb_to_recordset(${rows}::jsonb) AS p(repository text, digest text, "lastAt" timestamptz)
      JOIN repositories r ON r.registry_id = ${registryId} AND r.name = p.repository GROUP BY 1, 2
    ),
    written AS (
      UPDATE repository_manifests rm SET last_pulled_at = p.at FROM pulled p
      WHERE rm.repository_id = p.repository_id AND rm.digest = p.digest AND (rm.last_pulled_at IS NULL OR rm.last_pulled_at < p.at)
      RETURNING rm.repository_id, rm.digest, rm.last_pulled_at AS at
    ),
    up AS (
      SELECT repository_id, digest, at FROM written
      UNION
      SELECT up.repository_id, rm.digest, up.at FROM up
      JOIN manifest_references ref ON ref.registry_id = ${registryId} AND ref.digest = up.digest AND ref.role = 'child'
      JOIN repository_manifests rm ON rm.repository_id = up.repository_id AND rm.digest = ref.manifest_digest
    ),
    shown AS (
      SELECT i.repository_id, i.digest, i.space_id, i.last_pulled_at AS before, max(up.at) AS at
      FROM up JOIN images i ON i.repository_id = up.repository_id AND i.digest = up.digest
      GROUP BY i.repository_id, i.digest HAVING i.last_pulled_at IS NULL OR i.last_pulled_at < max(up.at)
    ),
    rows AS (
      UPDATE images i SET last_pulled_at = s.at FROM shown s WHERE i.repository_id = s.repository_id AND i.digest = s.digest
    ),
    latest AS (
      UPDATE repositories r SET last_pulled_at = greatest(r.last_pulled_at, s.at)
      FROM (SELECT repository_id, max(at) AS at FROM shown GROUP BY 1) s WHERE r.id = s.repository_id
    )
    SELECT DISTINCT space_id AS "spaceId" FROM shown WHERE before IS NULL OR at - before > ${SHOWN_STEP}::interval`;
  return spaces.map((row) => row.spaceId);
}

/** A push or removal that somebody made, with what to look for in history. */
export interface ActReport {
  /** Of the batch, from 0. */
  ordinal: number;
  action: "push" | "delete";
  spaceId: string;
  repository: string;
  digest: string | null;
  tag: string | null;
  at: string;
  actorName: string | null;
  userAgent: string | null;
}

/** A reading may have seen the change well before its notification came, as long as the console was away; clocks differ. */
const FOUND_BEFORE = "5 minutes";
const FOUND_AFTER = "24 hours";

/**
 * Gives what readings found (rows of source `crawl`) the actor, program and time of the notification that it belongs to: each row
 * those of the nearest one. A removal of an image names its digest once and each of its tags once; a row takes either.
 * @returns ordinals of the acts that history tells of by now
 */
export async function attributeHistory(tx: Transaction, acts: readonly ActReport[]): Promise<Set<number>> {
  if (acts.length === 0) return new Set();
  const json = storableJson(acts);
  const rows = await tx.$queryRaw<{ ordinal: number }[]>`
    WITH act AS (
      SELECT * FROM jsonb_to_recordset(${json}::jsonb) AS a(ordinal int, action text, "spaceId" text, repository text, digest text, tag text,
        at timestamptz, "actorName" text, "userAgent" text)
    ),
    candidate AS (
      SELECT h.id, h.kind, h.digest, h.tag, a.ordinal, abs(extract(epoch FROM h.at - a.at)) AS gap
      FROM act a JOIN image_events h ON h.space_id = a."spaceId" AND h.repository_name = a.repository AND h.digest = a.digest
        AND h.at BETWEEN a.at - ${FOUND_BEFORE}::interval AND a.at + ${FOUND_AFTER}::interval AND h.source = 'crawl'
      WHERE CASE a.action WHEN 'push' THEN h.kind IN ('pushed', 'tagged') AND (h.tag IS NULL OR h.tag = a.tag)
                          ELSE h.kind IN ('gone', 'untagged') END
      UNION ALL
      SELECT h.id, h.kind, h.digest, h.tag, a.ordinal, abs(extract(epoch FROM h.at - a.at))
      FROM act a JOIN image_events h ON h.space_id = a."spaceId" AND h.repository_name = a.repository AND h.tag = a.tag
        AND h.at BETWEEN a.at - ${FOUND_BEFORE}::interval AND a.at + ${FOUND_AFTER}::interval AND h.source = 'crawl'
      WHERE CASE a.action WHEN 'push' THEN h.kind = 'overwritten' AND h.other_digest = a.digest
                          ELSE h.kind IN ('gone', 'untagged') END
    ),
    -- Of several rows that say the same of one act (it happened before, too) the nearest is its own.
    own AS (
      SELECT DISTINCT ON (ordinal, kind, digest, tag) * FROM candidate ORDER BY ordinal, kind, digest, tag, gap, id
    ),
    chosen AS (SELECT DISTINCT ON (id) id, ordinal FROM own ORDER BY id, gap, ordinal),
    written AS (
      UPDATE image_events h SET source = 'event', at = a.at, actor_name = a."actorName", user_agent = a."userAgent",
        -- The tag went on before the reading came to it.
        tag = CASE WHEN h.tag IS NULL AND a.action = 'push' AND NOT EXISTS (
            SELECT 1 FROM own o WHERE o.ordinal = a.ordinal AND o.tag = a.tag AND o.digest = h.digest) THEN a.tag ELSE h.tag END
      FROM chosen c JOIN act a ON a.ordinal = c.ordinal WHERE h.id = c.id
    )
    SELECT ordinal FROM chosen
    UNION SELECT ordinal FROM own WHERE ordinal IN (SELECT ordinal FROM act WHERE action = 'delete')`;
  return new Set(rows.map((row) => row.ordinal));
}

/** Of removals of digests: those that history tells of already, by whatever notification came first. */
export async function findToldRemovals(tx: Transaction, acts: readonly ActReport[]): Promise<Set<number>> {
  if (acts.length === 0) return new Set();
  const rows = await tx.$queryRaw<{ ordinal: number }[]>`
    SELECT a.ordinal FROM jsonb_to_recordset(${storableJson(acts)}::jsonb)
      AS a(ordinal int, "spaceId" text, repository text, digest text, at timestamptz)
    WHERE EXISTS (
      SELECT 1 FROM image_events h WHERE h.space_id = a."spaceId" AND h.repository_name = a.repository AND h.digest = a.digest
        AND h.kind IN ('gone', 'untagged') AND h.at BETWEEN a.at - ${FOUND_BEFORE}::interval AND a.at + ${FOUND_AFTER}::interval)`;
  return new Set(rows.map((row) => row.ordinal));
}

/** Names and addresses of people by their id, and names of workspaces' own tokens by theirs. */
export async function findPeople(ids: readonly string[]): Promise<Map<string, { name: string; email: string }>> {
  if (ids.length === 0) return new Map();
  const rows = await prisma().$queryRaw<{ id: string; name: string; email: string }[]>`
    SELECT id, name, email FROM users WHERE id = ANY (${ids}::text[])
    UNION ALL SELECT id, name, '' FROM api_tokens WHERE id = ANY (${ids}::text[]) AND user_id IS NULL`;
  return new Map(rows.map(({ id, name, email }) => [id, { name, email }]));
}

export interface WatchedSpace {
  id: string;
  workspaceId: string;
  prefix: string;
  ignoredPullers: string[];
}

/** Spaces of a registry that are still there. */
export function listWatchedSpaces(registryId: string): Promise<WatchedSpace[]> {
  return prisma().space.findMany({
    where: { registryId, removedAt: null },
    select: { id: true, workspaceId: true, prefix: true, ignoredPullers: true },
  });
}

/** Tells open pages of these spaces that they changed. Last in a transaction: the rows are shared by everything in a space. */
export async function raiseRevisions(tx: Transaction, spaceIds: readonly string[]): Promise<void> {
  if (spaceIds.length === 0) return;
  await tx.$executeRaw`
    WITH locked AS (SELECT id FROM spaces WHERE id = ANY(${[...spaceIds]}) ORDER BY id FOR NO KEY UPDATE)
    UPDATE spaces s SET inventory_revision = inventory_revision + 1 FROM locked WHERE s.id = locked.id`;
}
