// The rows that people browse, derived from manifests and tags.
import { Prisma, prisma, type Transaction } from "@/server/platform/db/prisma";
import { IS_TOP, membersOfTop } from "./image-parts.store";

const CHART_CONFIG = "application/vnd.cncf.helm.config.v1+json";

/**
 * Digests of a repository whose rows may differ because of a change to these: they themselves, what they hang in (index,
 * subject), and what hung in them and may stand alone now.
 */
export async function listAffected(
  tx: Transaction,
  repository: { id: string; registryId: string },
  changed: readonly string[],
): Promise<string[]> {
  const { id, registryId } = repository;
  const rows = await tx.$queryRaw<{ digest: string }[]>`
    WITH RECURSIVE changed AS (SELECT DISTINCT digest FROM unnest(${[...changed]}::text[]) AS c(digest)),
    up AS (
      SELECT digest FROM changed
      UNION
      SELECT next.digest FROM up CROSS JOIN LATERAL (
        SELECT ref.manifest_digest AS digest FROM manifest_references ref
          WHERE ref.registry_id = ${registryId} AND ref.digest = up.digest AND ref.role = 'child'
            AND (EXISTS (SELECT 1 FROM repository_manifests rm WHERE rm.repository_id = ${id} AND rm.digest = ref.manifest_digest)
              -- One that is not here, but in another index: of what is here, that one may hold this through it.
              OR EXISTS (SELECT 1 FROM manifest_references around
                WHERE around.registry_id = ref.registry_id AND around.digest = ref.manifest_digest AND around.role = 'child'))
        UNION ALL
        SELECT m.subject_digest FROM manifests m
          WHERE m.registry_id = ${registryId} AND m.digest = up.digest AND m.subject_digest IS NOT NULL
        UNION ALL
        SELECT t.subject_digest FROM tags t
          WHERE t.repository_id = ${id} AND t.digest = up.digest AND t.subject_digest IS NOT NULL
      ) next
    )
    SELECT digest FROM up
    UNION
    SELECT ref.digest FROM changed JOIN manifest_references ref
      ON ref.registry_id = ${registryId} AND ref.manifest_digest = changed.digest AND ref.role = 'child'
    UNION
    SELECT m.digest FROM changed JOIN manifests m ON m.registry_id = ${registryId} AND m.subject_digest = changed.digest
    UNION
    SELECT t.digest FROM changed JOIN tags t ON t.repository_id = ${id} AND t.subject_digest = changed.digest`;
  return rows.map((row) => row.digest);
}

/** A page of the digests of a repository, by digest. */
export async function listDigestsAfter(
  tx: Transaction,
  repositoryId: string,
  after: string,
  limit: number,
): Promise<string[]> {
  const rows = await tx.$queryRaw<{ digest: string }[]>`
    SELECT digest FROM repository_manifests WHERE repository_id = ${repositoryId} AND digest > ${after} ORDER BY digest LIMIT ${limit}`;
  return rows.map((row) => row.digest);
}

/** Takes the rows away whose manifest is gone. */
export async function deleteGoneRows(tx: Transaction, repositoryId: string): Promise<void> {
  await tx.$executeRaw`
    DELETE FROM images i WHERE i.repository_id = ${repositoryId}
      AND NOT EXISTS (SELECT 1 FROM repository_manifests rm WHERE rm.repository_id = i.repository_id AND rm.digest = i.digest)`;
}

/** Makes the rows of these digests what manifests and tags say: written where they differ, removed where none is due. */
export async function writeRows(
  tx: Transaction,
  repository: { id: string; registryId: string },
  digests: readonly string[],
): Promise<void> {
  const { id, registryId } = repository;
  const wanted = [...digests];
  await tx.$executeRaw`
    WITH RECURSIVE top AS MATERIALIZED (
      SELECT rm.repository_id, rm.digest FROM repository_manifests rm
      JOIN manifests m ON m.registry_id = rm.registry_id AND m.digest = rm.digest
      WHERE rm.repository_id = ${id} AND rm.digest = ANY(${wanted}) AND ${IS_TOP}
    ),
    ${membersOfTop(registryId)},
    part AS MATERIALIZED (
      SELECT member.top, member.digest, min(member.role) FILTER (WHERE member.digest <> member.top) AS role, min(coalesce(member.platform, m.platform)) AS platform,
        bool_or(member.role = 'child' AND member.depth = 1) AS is_direct_child, rm.digest IS NOT NULL AS is_present,
        rm.last_pulled_at, m.kind, m.size_bytes
      FROM member
      LEFT JOIN LATERAL (SELECT here.digest, here.last_pulled_at FROM repository_manifests here
        WHERE here.repository_id = ${id} AND here.digest = member.digest LIMIT 1) rm ON true
      LEFT JOIN LATERAL (SELECT one.kind, one.size_bytes, one.platform FROM manifests one
        WHERE one.registry_id = ${registryId} AND one.digest = member.digest LIMIT 1) m ON true
      GROUP BY member.top, member.digest, rm.digest, rm.last_pulled_at, m.kind, m.size_bytes
    ),
    blob AS MATERIALIZED (
      SELECT part.top, ref.digest, max(ref.size_bytes) AS bytes FROM part
      JOIN manifest_references ref ON ref.registry_id = ${registryId} AND ref.manifest_digest = part.digest
        AND ref.role IN ('config', 'layer') AND NOT ref.is_foreign
      WHERE part.is_present GROUP BY 1, 2
    ),
    blobs AS MATERIALIZED (SELECT top, sum(bytes) AS bytes FROM blob GROUP BY top),
    sums AS MATERIALIZED (
      SELECT top, count(*) FILTER (WHERE role = 'child')::int AS children,
        count(*) FILTER (WHERE role = 'referrer' AND is_present)::int AS referrers,
        count(*) FILTER (WHERE is_direct_child)::int AS direct,
        count(*) FILTER (WHERE is_direct_child AND NOT is_present)::int AS direct_missing,
        coalesce(array_agg(digest ORDER BY digest) FILTER (WHERE role = 'child' AND NOT is_present), '{}') AS missing,
        coalesce(array_agg(DISTINCT platform) FILTER (WHERE role = 'child' AND kind IS DISTINCT FROM 'index' AND platform NOT LIKE 'unknown%'), '{}') AS platforms,
        max(last_pulled_at) FILTER (WHERE role IS DISTINCT FROM 'referrer') AS last_pulled_at,
        coalesce(sum(size_bytes) FILTER (WHERE is_present), 0) AS manifest_bytes
      FROM part GROUP BY top
    ),
    fresh AS (
      SELECT rm.digest, rm.workspace_id, r.space_id, r.name, m.media_type, m.artifact_type, rm.pushed_at, rm.pushed_at_source,
        sums.last_pulled_at, rm.untagged_since, m.image_created_at, tag.count, tag.first, tag.names, sums.missing,
        CASE WHEN m.unreadable_reason IS NOT NULL OR m.kind = 'unknown' THEN 'unknown' WHEN m.kind = 'index' THEN 'index'
          WHEN m.artifact_type = ${CHART_CONFIG} THEN 'chart' WHEN m.artifact_type IS NULL THEN 'image' ELSE 'other' END AS kind,
        CASE WHEN m.kind = 'index' THEN sums.platforms WHEN m.platform IS NULL THEN '{}' ELSE ARRAY[m.platform] END AS platforms,
        sums.children, sums.referrers, (coalesce(blobs.bytes, 0) + sums.manifest_bytes)::bigint AS bytes,
        CASE WHEN m.unreadable_reason IS NOT NULL THEN 'unreadable' WHEN sums.direct > 0 AND sums.direct = sums.direct_missing THEN 'ghost'
          WHEN cardinality(sums.missing) > 0 THEN 'partial' ELSE 'whole' END AS health
      FROM top JOIN repository_manifests rm ON rm.repository_id = top.repository_id AND rm.digest = top.digest
      JOIN repositories r ON r.id = rm.repository_id
      JOIN manifests m ON m.registry_id = rm.registry_id AND m.digest = rm.digest
      JOIN sums ON sums.top = top.digest LEFT JOIN blobs ON blobs.top = top.digest
      CROSS JOIN LATERAL (
        SELECT count(*)::int AS count, coalesce(min(t.name), '') AS first,
          coalesce(E'\\n' || string_agg(t.name, E'\\n' ORDER BY t.name) || E'\\n', '') AS names
        FROM tags t WHERE t.repository_id = top.repository_id AND t.digest = top.digest) tag
    ),
    removed AS (
      DELETE FROM images WHERE repository_id = ${id} AND digest = ANY(${wanted}) AND digest NOT IN (SELECT digest FROM top)
    )
    INSERT INTO images (repository_id, digest, workspace_id, space_id, registry_id, repository_name, media_type, kind, artifact_type,
      pushed_at, pushed_at_source, last_pulled_at, untagged_since, image_created_at, tag_count, first_tag, tag_names, platforms,
      child_count, referrer_count, logical_bytes, health, missing)
    SELECT ${id}, digest, workspace_id, space_id, ${registryId}, name, media_type, kind, artifact_type, pushed_at, pushed_at_source,
      last_pulled_at, untagged_since, image_created_at, count, first, names, platforms, children, referrers, bytes, health, missing
    FROM fresh
    ON CONFLICT (repository_id, digest) DO UPDATE SET (${Prisma.raw(CHANGING)}) = ROW(${Prisma.raw(CHANGING.replaceAll(/(\w+)/g, "excluded.$1"))})
      WHERE (${Prisma.raw(CHANGING.replaceAll(/(\w+)/g, "images.$1"))}) IS DISTINCT FROM (${Prisma.raw(CHANGING.replaceAll(/(\w+)/g, "excluded.$1"))})`;
}

const CHANGING =
  "media_type, kind, artifact_type, pushed_at, pushed_at_source, last_pulled_at, untagged_since, image_created_at, tag_count, first_tag, " +
  "tag_names, platforms, child_count, referrer_count, logical_bytes, health, missing";

/** Manifests up to which a repository is measured at once, in the transaction of the change. */
const MEASURED_AT_ONCE = 300;

/** Counts of a repository from its rows; its stored bytes are measured at once where it is small, else soon. */
export async function writeCounts(tx: Transaction, repositoryId: string): Promise<void> {
  await tx.$executeRaw`
    UPDATE repositories r SET image_count = i.images, tag_count = (SELECT count(*) FROM tags t WHERE t.repository_id = r.id),
      untagged_count = i.untagged, broken_count = i.broken, logical_bytes = i.bytes, last_pushed_at = i.pushed, last_pulled_at = i.pulled,
      size_stale_since = coalesce(r.size_stale_since, clock_timestamp())
    FROM (SELECT count(*)::int AS images, count(*) FILTER (WHERE tag_count = 0)::int AS untagged,
            count(*) FILTER (WHERE health <> 'whole')::int AS broken, coalesce(sum(logical_bytes), 0)::bigint AS bytes,
            max(pushed_at) AS pushed, max(last_pulled_at) AS pulled
          FROM images WHERE repository_id = ${repositoryId}) i
    WHERE r.id = ${repositoryId}`;
  const rows = await tx.$queryRaw<{ isSmall: boolean }[]>`
    SELECT count(*) <= ${MEASURED_AT_ONCE} AS "isSmall"
    FROM (SELECT 1 FROM repository_manifests WHERE repository_id = ${repositoryId} LIMIT ${MEASURED_AT_ONCE + 1}) held`;
  if (rows[0]?.isSmall) await measureStoredBytes(tx, repositoryId);
}

/**
 * Measures what a repository stores, each blob once. Locked before it is summed: an update that waits for a writer would write the
 * sum of what was there before it.
 */
export async function measureStoredBytes(tx: Transaction, repositoryId: string): Promise<void> {
  await tx.$queryRaw`SELECT id FROM repositories WHERE id = ${repositoryId} FOR NO KEY UPDATE`;
  await tx.$executeRaw`
    UPDATE repositories r SET size_stale_since = NULL, stored_bytes = coalesce((
        SELECT sum(bytes) FROM (
          SELECT max(ref.size_bytes) AS bytes FROM repository_manifests rm
          JOIN manifest_references ref ON ref.registry_id = rm.registry_id AND ref.manifest_digest = rm.digest
            AND ref.role IN ('config', 'layer') AND NOT ref.is_foreign
          WHERE rm.repository_id = r.id GROUP BY ref.digest) blob), 0)
      + coalesce((SELECT sum(m.size_bytes) FROM repository_manifests rm
          JOIN manifests m ON m.registry_id = rm.registry_id AND m.digest = rm.digest WHERE rm.repository_id = r.id), 0)
    WHERE r.id = ${repositoryId}`;
}

/** Tells open pages that a space changed. Last in a transaction: the row is shared by all repositories of the space. */
export async function raiseRevision(tx: Transaction, repositoryId: string): Promise<void> {
  await tx.$executeRaw`
    UPDATE spaces s SET inventory_revision = inventory_revision + 1 FROM repositories r WHERE r.id = ${repositoryId} AND s.id = r.space_id`;
}

/** Repositories whose stored bytes are older than their manifests, the longest waiting first. */
export async function listStaleSizes(limit: number): Promise<string[]> {
  const rows = await prisma().repository.findMany({
    where: { sizeStaleSince: { not: null } },
    orderBy: { sizeStaleSince: "asc" },
    take: limit,
    select: { id: true },
  });
  return rows.map((row) => row.id);
}
