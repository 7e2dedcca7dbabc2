// Exact bytes of images and of selections: what they hold, and what nothing else holds.
import { type Prisma, prisma } from "@/server/platform/db/prisma";
import { type ImageKey, topOf } from "./image.store";
import { IN_BIN, isPresent, membersOfTop, partsBelow, wholesAbove } from "./image-parts.store";

/**
 * Of each image, the bytes that would be freed if it alone went: what nothing that remains anywhere in the registry, in a repository
 * or in a bin, refers to. Parts that another image of the repository needs, or that are images by a tag of their own, remain.
 */
export async function measureUniqueBytes(
  registryId: string,
  keys: readonly ImageKey[],
): Promise<{ repositoryId: string; top: string; uniqueBytes: number }[]> {
  const rows = await prisma().$queryRaw<{ repositoryId: string; top: string; uniqueBytes: bigint }[]>`
    WITH RECURSIVE ${topOf(keys)}, ${membersOfTop(registryId)},
    part AS MATERIALIZED (
      SELECT DISTINCT c.repository_id, c.top, c.digest FROM member c WHERE ${isPresent("c")}
    ),
    staying(repository_id, top, digest) AS (
      SELECT p.repository_id, p.top, p.digest FROM part p WHERE
        (p.digest <> p.top AND EXISTS (SELECT 1 FROM images own WHERE own.repository_id = p.repository_id AND own.digest = p.digest))
        OR EXISTS (SELECT 1 FROM manifest_references ref
          JOIN repository_manifests parent ON parent.repository_id = p.repository_id AND parent.digest = ref.manifest_digest
          WHERE ref.registry_id = ${registryId} AND ref.digest = p.digest AND ref.role = 'child'
            AND (p.repository_id, p.top, ref.manifest_digest) NOT IN (SELECT repository_id, top, digest FROM part))
      UNION
      SELECT c.repository_id, c.top, next.digest FROM staying c CROSS JOIN LATERAL (${partsBelow(registryId)}) next
    ),
    kept AS MATERIALIZED (SELECT DISTINCT repository_id, top, digest FROM staying),
    going AS MATERIALIZED (
      SELECT p.repository_id, p.top, p.digest FROM part p
      LEFT JOIN kept ON kept.repository_id = p.repository_id AND kept.top = p.top AND kept.digest = p.digest WHERE kept.digest IS NULL
    ),
    content AS (
      SELECT p.repository_id, p.top, ref.digest, max(ref.size_bytes) AS bytes FROM going p
      JOIN manifest_references ref ON ref.registry_id = ${registryId} AND ref.manifest_digest = p.digest
        AND ref.role IN ('config', 'layer') AND NOT ref.is_foreign
      GROUP BY 1, 2, 3
      UNION ALL
      SELECT p.repository_id, p.top, p.digest, (SELECT m.size_bytes FROM manifests m WHERE m.registry_id = ${registryId} AND m.digest = p.digest) FROM going p
    )
    SELECT c.repository_id AS "repositoryId", c.top, coalesce(sum(c.bytes), 0)::bigint AS "uniqueBytes"
    FROM content c WHERE NOT EXISTS (
      SELECT 1 FROM (
        SELECT ref.manifest_digest AS user_digest FROM manifest_references ref WHERE ref.registry_id = ${registryId} AND ref.digest = c.digest
        UNION ALL SELECT c.digest
      ) used
      WHERE EXISTS (SELECT 1 FROM repository_manifests rm WHERE rm.registry_id = ${registryId} AND rm.digest = used.user_digest
            AND (rm.repository_id <> c.repository_id OR (c.repository_id, c.top, rm.digest) NOT IN (SELECT repository_id, top, digest FROM going)))
         OR EXISTS (SELECT 1 FROM bin_entry_manifests bm JOIN bin_entries e ON e.id = bm.entry_id
            WHERE e.registry_id = ${registryId} AND bm.digest = used.user_digest AND e.state IN ${IN_BIN})
    ) GROUP BY 1, 2`;
  return rows.map((row) => ({ ...row, uniqueBytes: Number(row.uniqueBytes) }));
}

export interface SelectionNumbers {
  images: number;
  tags: number;
  children: number;
  referrers: number;
  pinned: number;
  repositories: number;
  logicalBytes: number;
  storedBytes: number;
  freedBytes: number;
  heldByBinBytes: number;
  sharedBytes: number;
}

/**
 * A selection of images as one: what is pinned, what has a pinned part (as in holdsOfParts of the plan), and parts that another image of the repository needs stay (with what hangs in them), each blob counts
 * once, and it is freed when no manifest that remains anywhere in the registry, in a repository or in a bin, refers to it.
 * `chosen` is a query of (repository_id, digest) of image rows.
 */
export async function measureSelection(registryId: string, chosen: Prisma.Sql): Promise<SelectionNumbers> {
  const rows = await prisma().$queryRaw<Record<keyof SelectionNumbers, bigint | number>[]>`
    WITH RECURSIVE chosen AS MATERIALIZED (${chosen}),
    picked AS MATERIALIZED (
      SELECT i.* FROM chosen JOIN images i ON i.repository_id = chosen.repository_id AND i.digest = chosen.digest
    ),
    member(repository_id, digest, role) AS (
      SELECT repository_id, digest, 'top' FROM picked
      UNION
      SELECT c.repository_id, next.digest, next.role FROM member c CROSS JOIN LATERAL (${partsBelow(registryId)}) next
    ),
    part AS MATERIALIZED (
      SELECT member.repository_id, member.digest, min(CASE member.role WHEN 'top' THEN 0 WHEN 'child' THEN 1 ELSE 2 END) AS role
      FROM member WHERE ${isPresent("member")} GROUP BY 1, 2
    ),
    -- Whatever a pinned part hangs in: pins are few, so that going up from them is cheap.
    holding(repository_id, digest) AS (
      SELECT part.repository_id, part.digest FROM (SELECT DISTINCT space_id, repository_id, repository_name FROM picked) place
      JOIN pins p ON p.space_id = place.space_id AND p.repository_name = place.repository_name AND (p.expires_at IS NULL OR p.expires_at > now())
      JOIN part ON part.repository_id = place.repository_id AND part.digest = p.digest
      UNION
      SELECT c.repository_id, up.digest FROM holding c CROSS JOIN LATERAL (${wholesAbove(registryId)}) up
    ),
    held AS MATERIALIZED (
      SELECT part.repository_id, part.digest, part.role FROM holding JOIN part ON part.repository_id = holding.repository_id AND part.digest = holding.digest
    ),
    -- What is pinned or has a pinned part, what an image outside the selection has too, and parts that are images by a tag of their own stay, with
    -- all below.
    staying(repository_id, digest) AS (
      (SELECT repository_id, digest FROM held
      UNION ALL
      SELECT p.repository_id, p.digest FROM part p WHERE
        (p.role > 0 AND EXISTS (SELECT 1 FROM images own WHERE own.repository_id = p.repository_id AND own.digest = p.digest))
        OR EXISTS (SELECT 1 FROM manifest_references ref
          JOIN repository_manifests parent ON parent.repository_id = p.repository_id AND parent.digest = ref.manifest_digest
          WHERE ref.registry_id = ${registryId} AND ref.digest = p.digest AND ref.role = 'child'
            AND (p.repository_id, ref.manifest_digest) NOT IN (SELECT repository_id, digest FROM part)))
      UNION
      SELECT c.repository_id, next.digest FROM staying c CROSS JOIN LATERAL (${partsBelow(registryId)}) next
    ),
    kept AS MATERIALIZED (SELECT DISTINCT repository_id, digest FROM staying),
    going AS MATERIALIZED (
      SELECT p.repository_id, p.digest, p.role FROM part p
      LEFT JOIN kept ON kept.repository_id = p.repository_id AND kept.digest = p.digest WHERE kept.digest IS NULL
    ),
    -- Manifests that no repository has afterwards; a bin may.
    leaving AS MATERIALIZED (
      SELECT g.digest, EXISTS (SELECT 1 FROM bin_entry_manifests bm JOIN bin_entries e ON e.id = bm.entry_id
          WHERE bm.digest = g.digest AND e.registry_id = ${registryId} AND e.state IN ${IN_BIN}) AS is_in_bin
      FROM (SELECT digest, count(*) AS places FROM going GROUP BY digest) g
      WHERE g.places = (SELECT count(*) FROM repository_manifests rm WHERE rm.registry_id = ${registryId} AND rm.digest = g.digest)
    ),
    content AS MATERIALIZED (
      SELECT ref.digest, max(ref.size_bytes) AS bytes, false AS stays, false AS is_in_bin FROM (SELECT DISTINCT digest FROM going) g
      JOIN manifest_references ref ON ref.registry_id = ${registryId} AND ref.manifest_digest = g.digest
        AND ref.role IN ('config', 'layer') AND NOT ref.is_foreign
      GROUP BY ref.digest
      UNION ALL
      SELECT m.digest, m.size_bytes, l.digest IS NULL, coalesce(l.is_in_bin, false)
      FROM (SELECT DISTINCT digest FROM going) g JOIN manifests m ON m.registry_id = ${registryId} AND m.digest = g.digest
      LEFT JOIN leaving l ON l.digest = g.digest
    ),
    fate AS (
      SELECT c.bytes, CASE
        WHEN c.stays OR EXISTS (SELECT 1 FROM manifest_references ref
          WHERE ref.registry_id = ${registryId} AND ref.digest = c.digest AND ref.manifest_digest NOT IN (SELECT digest FROM leaving)
            AND EXISTS (SELECT 1 FROM repository_manifests rm WHERE rm.registry_id = ${registryId} AND rm.digest = ref.manifest_digest)) THEN 'shared'
        WHEN c.is_in_bin OR EXISTS (SELECT 1 FROM manifest_references ref
          JOIN bin_entry_manifests bm ON bm.digest = ref.manifest_digest JOIN bin_entries e ON e.id = bm.entry_id
          WHERE ref.registry_id = ${registryId} AND ref.digest = c.digest AND e.registry_id = ${registryId} AND e.state IN ${IN_BIN}) THEN 'bin'
        ELSE 'freed' END AS fate
      FROM content c
    )
    SELECT (SELECT count(*) FROM picked) AS images, (SELECT coalesce(sum(tag_count), 0) FROM picked) AS tags,
      (SELECT count(*) FROM going WHERE role = 1) AS children, (SELECT count(*) FROM going WHERE role = 2) AS referrers,
      (SELECT count(*) FROM held WHERE role = 0) AS pinned,
      (SELECT count(DISTINCT repository_id) FROM picked) AS repositories,
      (SELECT coalesce(sum(logical_bytes), 0) FROM picked)::bigint AS "logicalBytes",
      coalesce(sum(bytes), 0)::bigint AS "storedBytes",
      coalesce(sum(bytes) FILTER (WHERE fate = 'freed'), 0)::bigint AS "freedBytes",
      coalesce(sum(bytes) FILTER (WHERE fate = 'bin'), 0)::bigint AS "heldByBinBytes",
      coalesce(sum(bytes) FILTER (WHERE fate = 'shared'), 0)::bigint AS "sharedBytes"
    FROM fate`;
  const row = rows[0];
  if (!row) throw new Error("a sum without a row");
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, Number(value)]),
  ) as unknown as SelectionNumbers;
}

/**
 * A time of the database at which everything that was known to us by then can be seen from now on: no later than the start of any transaction
 * that is writing, since what it has written is dated already, and nobody sees it yet.
 */
export async function timeOfAllSeen(): Promise<Date> {
  const rows = await prisma().$queryRaw<{ at: Date }[]>`
    SELECT date_trunc('milliseconds', least(clock_timestamp(), min(a.xact_start))) AS at FROM pg_stat_activity a
    WHERE a.datname = current_database() AND a.backend_xid IS NOT NULL`;
  const row = rows[0];
  if (!row) throw new Error("a minimum without a row");
  return row.at;
}

/** How many images of a selection there are now. */
export async function countSelection(chosen: Prisma.Sql): Promise<number> {
  const rows = await prisma().$queryRaw<{ count: number }[]>`
    WITH chosen AS (${chosen})
    SELECT count(*)::int AS count FROM chosen JOIN images i ON i.repository_id = chosen.repository_id AND i.digest = chosen.digest`;
  return rows[0]?.count ?? 0;
}

/** The first tags of a selection, `repository:tag`. */
export async function sampleTags(chosen: Prisma.Sql, limit: number): Promise<string[]> {
  const rows = await prisma().$queryRaw<{ name: string }[]>`
    WITH chosen AS (${chosen})
    SELECT r.name || ':' || t.name AS name FROM chosen JOIN repositories r ON r.id = chosen.repository_id
    JOIN tags t ON t.repository_id = chosen.repository_id AND t.digest = chosen.digest
    ORDER BY 1 LIMIT ${limit}`;
  return rows.map((row) => row.name);
}
