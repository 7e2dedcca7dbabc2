// History and pulls as they are read. Pages of one index each; a search finds what is long gone.
import { escapeLike } from "@/lib/like";
import { Prisma, prisma } from "@/server/platform/db/prisma";

export interface ImageEventRow {
  id: bigint;
  at: Date;
  kind: string;
  repositoryName: string;
  digest: string;
  tag: string | null;
  actorName: string | null;
  userAgent: string | null;
  source: string;
  runId: string | null;
  ruleId: string | null;
  ruleName: string | null;
  ruleRevision: number | null;
  otherDigest: string | null;
  reason: string | null;
}

export interface ImageEventFilter {
  spaceId: string;
  repository?: string | undefined;
  digest?: string | undefined;
  tag?: string | undefined;
  search?: string | undefined;
}

/** A page of what happened, latest first. */
export async function listImageEventRows(
  filter: ImageEventFilter & { before?: { at: Date; id: bigint } | undefined; limit: number },
): Promise<ImageEventRow[]> {
  const { before, limit } = filter;
  const after = before ? Prisma.sql`AND (h.at, h.id) < (${before.at}, ${before.id})` : Prisma.empty;
  return prisma().$queryRaw<ImageEventRow[]>`
    SELECT h.id, h.at, h.kind, h.repository_name AS "repositoryName", h.digest, h.tag, h.actor_name AS "actorName",
      h.user_agent AS "userAgent", h.source, h.run_id AS "runId", h.rule_id AS "ruleId", h.rule_name AS "ruleName",
      h.rule_revision AS "ruleRevision", h.other_digest AS "otherDigest", h.reason
    FROM image_events h WHERE ${await matching(filter)} ${after} ORDER BY h.at DESC, h.id DESC LIMIT ${limit}`;
}

const COUNTED_MAX = 10_000;

/** How many there are, counted up to 10,000. */
export async function countImageEventRows(filter: ImageEventFilter): Promise<number> {
  const rows = await prisma().$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM (SELECT 1 FROM image_events h WHERE ${await matching(filter)} LIMIT ${COUNTED_MAX}) found`;
  return rows[0]?.count ?? 0;
}

async function matching({ spaceId, repository, digest, tag, search }: ImageEventFilter): Promise<Prisma.Sql> {
  const conditions = [Prisma.sql`h.space_id = ${spaceId}`];
  if (repository) conditions.push(Prisma.sql`h.repository_name = ${repository}`);
  if (digest) conditions.push(Prisma.sql`h.digest = ${digest}`);
  if (tag) conditions.push(Prisma.sql`h.tag = ${tag}`);
  if (search) {
    const escaped = escapeLike(search);
    const repositories = await findRepositoryNames(spaceId, `%${escaped}%`);
    conditions.push(Prisma.sql`(h.tag ILIKE ${`%${escaped}%`} OR h.digest LIKE ${`${escaped.toLowerCase()}%`}
      OR h.digest LIKE ${`sha256:${escaped.toLowerCase()}%`} OR h.repository_name = ANY(${repositories}))`);
  }
  return Prisma.join(conditions, " AND ");
}

const NAMES_MAX = 1_000;

/** Names of repositories that history tells of: one index step each, however many rows there are of them. */
async function findRepositoryNames(spaceId: string, pattern: string): Promise<string[]> {
  const rows = await prisma().$queryRaw<{ name: string }[]>`
    WITH RECURSIVE names AS (
      (SELECT repository_name AS name FROM image_events WHERE space_id = ${spaceId} ORDER BY repository_name LIMIT 1)
      UNION ALL
      SELECT (SELECT h.repository_name FROM image_events h WHERE h.space_id = ${spaceId} AND h.repository_name > names.name
              ORDER BY h.repository_name LIMIT 1)
      FROM names WHERE names.name IS NOT NULL
    )
    SELECT name FROM names WHERE name ILIKE ${pattern} LIMIT ${NAMES_MAX}`;
  return rows.map((row) => row.name);
}

export interface ImagePullRow {
  digest: string;
  actorName: string;
  userAgent: string;
  tag: string | null;
  count: number;
  firstAt: Date;
  lastAt: Date;
}

const PULLS_MAX = 500;

/** Pulls of an image and of its children, latest first. */
export function listImagePullRows(
  space: { id: string; registryId: string },
  image: { repository: string; digest: string },
): Promise<ImagePullRow[]> {
  return prisma().$queryRaw<ImagePullRow[]>`
    WITH RECURSIVE part AS (
      SELECT ${image.digest}::text AS digest
      UNION
      SELECT ref.digest FROM part JOIN manifest_references ref
        ON ref.registry_id = ${space.registryId} AND ref.manifest_digest = part.digest AND ref.role = 'child'
    )
    SELECT p.digest, p.actor_name AS "actorName", p.user_agent AS "userAgent", p.tag, p.count, p.first_at AS "firstAt", p.last_at AS "lastAt"
    FROM repositories r JOIN image_pulls p ON p.repository_id = r.id AND p.digest IN (SELECT digest FROM part)
    WHERE r.space_id = ${space.id} AND r.name = ${image.repository}
    ORDER BY p.last_at DESC, p.digest, p.actor_name, p.user_agent LIMIT ${PULLS_MAX}`;
}

/** Whose pulls a space leaves out, and since when its registry tells of pulls. */
export function findPullSettings(spaceId: string) {
  return prisma().space.findUnique({
    where: { id: spaceId },
    select: {
      ignoredPullers: true,
      createdAt: true,
      registry: { select: { auth: true, createdAt: true, pullTrackingSince: true } },
    },
  });
}
