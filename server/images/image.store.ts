import { escapeLike } from "@/lib/like";
import { Prisma, prisma } from "@/server/platform/db/prisma";

export interface ImageFilter {
  workspaceId: string;
  spaceId: string;
  repository?: string | undefined;
  search?: string | undefined;
  state: "any" | "tagged" | "untagged";
}

export interface ImageKey {
  repositoryId: string;
  repositoryName: string;
  digest: string;
}

export type ImageSort = "pushed" | "size" | "name";

/**
 * Images of a space: manifests that no index of their repository lists and that are nobody's referrer. What a registry
 * calls "untagged" holds children and referrers too; here they are inside the image they belong to.
 */
function tops(filter: ImageFilter): Prisma.Sql {
  const { workspaceId, spaceId, repository, search, state } = filter;
  const pattern = search ? `%${escapeLike(search)}%` : null;
  return Prisma.sql`
    SELECT rm.repository_id, r.name AS repository_name, rm.digest, rm.pushed_at
    FROM repositories r JOIN repository_manifests rm ON rm.repository_id = r.id
    JOIN manifests m ON m.registry_id = rm.registry_id AND m.digest = rm.digest
    WHERE r.space_id = ${spaceId} AND r.workspace_id = ${workspaceId}
      AND NOT EXISTS (
        SELECT 1 FROM manifest_references ref
        JOIN repository_manifests parent ON parent.repository_id = rm.repository_id AND parent.digest = ref.manifest_digest
        WHERE ref.registry_id = rm.registry_id AND ref.digest = rm.digest AND ref.role = 'child'
          AND NOT EXISTS (SELECT 1 FROM tags own WHERE own.repository_id = rm.repository_id AND own.digest = rm.digest))
      AND NOT EXISTS (
        SELECT 1 FROM repository_manifests subject
        WHERE subject.repository_id = rm.repository_id AND subject.digest = m.subject_digest)
      AND NOT EXISTS (
        SELECT 1 FROM tags fallback
        WHERE fallback.repository_id = rm.repository_id AND fallback.digest = rm.digest AND fallback.name ~ '^sha256-[0-9a-f]{64}(\.(sig|att|sbom))?$'
          AND EXISTS (SELECT 1 FROM repository_manifests subject WHERE subject.repository_id = rm.repository_id
                      AND subject.digest = 'sha256:' || substr(fallback.name, 8, 64)))
      ${repository ? Prisma.sql`AND r.name = ${repository}` : Prisma.empty}
      ${state === "tagged" ? Prisma.sql`AND EXISTS (SELECT 1 FROM tags t WHERE t.repository_id = rm.repository_id AND t.digest = rm.digest)` : Prisma.empty}
      ${state === "untagged" ? Prisma.sql`AND NOT EXISTS (SELECT 1 FROM tags t WHERE t.repository_id = rm.repository_id AND t.digest = rm.digest)` : Prisma.empty}
      ${
        pattern
          ? Prisma.sql`AND (r.name ILIKE ${pattern} OR rm.digest LIKE ${pattern} OR EXISTS (
              SELECT 1 FROM tags t WHERE t.repository_id = rm.repository_id AND t.digest = rm.digest AND t.name ILIKE ${pattern}))`
          : Prisma.empty
      }`;
}

/** A page of images, by offset within a stable order (ties break on digest). */
export async function listImageKeys(
  filter: ImageFilter,
  sort: ImageSort,
  offset: number,
  limit: number,
): Promise<ImageKey[]> {
  const order =
    sort === "name"
      ? Prisma.sql`top.repository_name, tag.first NULLS LAST, top.digest`
      : sort === "size"
        ? Prisma.sql`size.bytes DESC, top.digest`
        : Prisma.sql`top.pushed_at DESC, top.digest`;
  return prisma().$queryRaw<ImageKey[]>`
    WITH top AS (${tops(filter)})
    SELECT top.repository_id AS "repositoryId", top.repository_name AS "repositoryName", top.digest
    FROM top
    ${sort === "name" ? Prisma.sql`LEFT JOIN LATERAL (SELECT min(t.name) AS first FROM tags t WHERE t.repository_id = top.repository_id AND t.digest = top.digest) tag ON true` : Prisma.empty}
    ${
      sort === "size"
        ? Prisma.sql`LEFT JOIN LATERAL (
            SELECT coalesce(sum(ref.size_bytes), 0) AS bytes FROM repositories r
            JOIN manifest_references ref ON ref.registry_id = r.registry_id AND ref.role IN ('config', 'layer')
              AND (ref.manifest_digest = top.digest OR ref.manifest_digest IN (
                SELECT child.digest FROM manifest_references child
                WHERE child.registry_id = r.registry_id AND child.manifest_digest = top.digest AND child.role = 'child'))
            WHERE r.id = top.repository_id) size ON true`
        : Prisma.empty
    }
    ORDER BY ${order} LIMIT ${limit} OFFSET ${offset}`;
}

export async function countImages(filter: ImageFilter): Promise<number> {
  const rows = await prisma().$queryRaw<{ count: number }[]>`SELECT count(*)::int AS count FROM (${tops(filter)}) top`;
  return rows[0]?.count ?? 0;
}

export interface ImageMember {
  repositoryId: string;
  top: string;
  digest: string;
  role: "top" | "child" | "referrer";
  mediaType: string;
  kind: "image" | "index" | "unknown";
  artifactType: string | null;
  platform: string | null;
  pushedAt: Date;
  pushedAtSource: string;
  lastPulledAt: Date | null;
  untaggedSince: Date | null;
  /** false for a child that an index names and the repository does not have */
  isPresent: boolean;
  tags: string[];
}

/** Everything that belongs to each of these images: itself, children at any depth, referrers of any of them. */
export async function listMembers(registryId: string, keys: readonly ImageKey[]): Promise<ImageMember[]> {
  return prisma().$queryRaw<ImageMember[]>`
    WITH RECURSIVE ${memberCte(registryId, keys)}
    SELECT DISTINCT ON (c.repository_id, c.top, c.digest)
      c.repository_id AS "repositoryId", c.top, c.digest, c.role, coalesce(m.media_type, '') AS "mediaType",
      coalesce(m.kind, 'unknown') AS kind, m.artifact_type AS "artifactType", coalesce(c.platform, m.platform) AS platform,
      coalesce(rm.pushed_at, now()) AS "pushedAt", coalesce(rm.pushed_at_source, '') AS "pushedAtSource",
      rm.last_pulled_at AS "lastPulledAt", rm.untagged_since AS "untaggedSince", rm.digest IS NOT NULL AS "isPresent",
      coalesce((SELECT array_agg(t.name ORDER BY t.name) FROM tags t WHERE t.repository_id = c.repository_id AND t.digest = c.digest), '{}') AS tags
    FROM member c
    LEFT JOIN repository_manifests rm ON rm.repository_id = c.repository_id AND rm.digest = c.digest
    LEFT JOIN manifests m ON m.registry_id = ${registryId} AND m.digest = c.digest
    ORDER BY c.repository_id, c.top, c.digest, c.depth`;
}

/** `member(repository_id, top, digest, role, platform, depth)` */
function memberCte(registryId: string, keys: readonly ImageKey[]): Prisma.Sql {
  return Prisma.sql`
    top AS (SELECT * FROM unnest(${keys.map((key) => key.repositoryId)}::text[], ${keys.map((key) => key.digest)}::text[]) AS t(repository_id, digest)),
    member AS (
      SELECT repository_id, digest AS top, digest, 'top' AS role, NULL::text AS platform, 0 AS depth FROM top
      UNION
      SELECT c.repository_id, c.top, next.digest, CASE WHEN c.role = 'referrer' THEN 'referrer' ELSE next.role END, next.platform, c.depth + 1
      FROM member c
      CROSS JOIN LATERAL (
        SELECT ref.digest, 'child' AS role, ref.platform FROM manifest_references ref
        WHERE ref.registry_id = ${registryId} AND ref.manifest_digest = c.digest AND ref.role = 'child'
        UNION
        SELECT m.digest, 'referrer', NULL FROM manifests m
        JOIN repository_manifests rm ON rm.repository_id = c.repository_id AND rm.digest = m.digest
        WHERE m.registry_id = ${registryId} AND m.subject_digest = c.digest
        UNION
        SELECT t.digest, 'referrer', NULL FROM tags t
        WHERE t.repository_id = c.repository_id AND t.name IN (
          replace(c.digest, ':', '-'), replace(c.digest, ':', '-') || '.sig', replace(c.digest, ':', '-') || '.att', replace(c.digest, ':', '-') || '.sbom')
      ) next
      WHERE c.depth < 16
    )`;
}

export interface ImageBytes {
  repositoryId: string;
  top: string;
  logicalBytes: number;
  uniqueBytes: number;
}

/**
 * Bytes of each image: everything of it once (logical), and what nothing outside it needs (unique): no manifest of any
 * repository of the registry besides its own members in this repository, and no entry of a recycle bin.
 */
export async function measureImages(registryId: string, keys: readonly ImageKey[]): Promise<ImageBytes[]> {
  const rows = await prisma().$queryRaw<
    { repositoryId: string; top: string; logicalBytes: bigint; uniqueBytes: bigint }[]
  >`
    WITH RECURSIVE ${memberCte(registryId, keys)},
    part AS (SELECT DISTINCT repository_id, top, digest FROM member),
    content AS (
      SELECT p.repository_id, p.top, ref.digest, max(ref.size_bytes) AS bytes FROM part p
      JOIN manifest_references ref ON ref.registry_id = ${registryId} AND ref.manifest_digest = p.digest
        AND ref.role IN ('config', 'layer') AND NOT ref.is_foreign
      GROUP BY 1, 2, 3
      UNION ALL
      SELECT p.repository_id, p.top, p.digest, m.size_bytes FROM part p JOIN manifests m ON m.registry_id = ${registryId} AND m.digest = p.digest
    )
    SELECT c.repository_id AS "repositoryId", c.top, sum(c.bytes)::bigint AS "logicalBytes",
      coalesce(sum(c.bytes) FILTER (WHERE NOT EXISTS (
        SELECT 1 FROM (
          SELECT ref.manifest_digest AS user_digest FROM manifest_references ref WHERE ref.registry_id = ${registryId} AND ref.digest = c.digest
          UNION ALL SELECT c.digest
        ) used
        WHERE EXISTS (SELECT 1 FROM repository_manifests rm WHERE rm.registry_id = ${registryId} AND rm.digest = used.user_digest
              AND NOT (rm.repository_id = c.repository_id
                AND EXISTS (SELECT 1 FROM part p WHERE p.repository_id = c.repository_id AND p.top = c.top AND p.digest = rm.digest)))
           OR EXISTS (SELECT 1 FROM bin_entry_manifests bm JOIN bin_entries e ON e.id = bm.entry_id
              WHERE e.registry_id = ${registryId} AND bm.digest = used.user_digest AND e.state IN ('recycling', 'held', 'restoring', 'purging'))
      )), 0)::bigint AS "uniqueBytes"
    FROM content c GROUP BY 1, 2`;
  return rows.map((row) => ({ ...row, logicalBytes: Number(row.logicalBytes), uniqueBytes: Number(row.uniqueBytes) }));
}
