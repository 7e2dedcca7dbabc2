// Exact bytes of a selection of images as one.
import { Prisma, prisma } from "@/server/platform/db/prisma";
import { IN_BIN, isPresent, partsBelow, wholesAbove } from "./image-parts.store";

export interface SelectionNumbers {
  images: number;
  tags: number;
  children: number;
  referrers: number;
  pinned: number;
  parts: number;
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
    -- One probe an image, here and below: a join would be planned for guessed numbers, and read whole tables.
    picked AS MATERIALIZED (
      SELECT i.* FROM chosen CROSS JOIN LATERAL (
        SELECT space_id, repository_id, repository_name, digest, tag_count, logical_bytes FROM images
        WHERE repository_id = chosen.repository_id AND digest = chosen.digest LIMIT 1) i
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
      SELECT p.repository_id, p.digest, p.role, ${keyOf(registryId, "p.digest")} AS key FROM part p
      LEFT JOIN kept ON kept.repository_id = p.repository_id AND kept.digest = p.digest WHERE kept.digest IS NULL
    ),
    -- Where no bin holds anything, nobody has to be asked who is in one.
    bins AS MATERIALIZED (
      SELECT EXISTS (SELECT 1 FROM bin_entries e WHERE e.registry_id = ${registryId} AND e.state IN ${IN_BIN}) AS are_there
    ),
    -- Manifests that no repository has afterwards; a bin may.
    leaving AS MATERIALIZED (
      SELECT g.key, EXISTS (SELECT 1 FROM bin_entry_manifests bm JOIN bin_entries e ON e.id = bm.entry_id
          WHERE bm.digest = g.digest AND e.registry_id = ${registryId} AND e.state IN ${IN_BIN}) AS is_in_bin
      FROM (SELECT key, digest, count(*) AS places FROM going GROUP BY key, digest) g
      WHERE g.places = (SELECT count(*) FROM repository_manifests rm WHERE rm.manifest_key = g.key)
    ),
    content AS MATERIALIZED (
      SELECT ref.digest_key AS key, max(ref.size_bytes) AS bytes, false AS stays, false AS is_in_bin
      FROM (SELECT DISTINCT key FROM going) g CROSS JOIN LATERAL (
        SELECT digest_key, size_bytes FROM manifest_references
        WHERE manifest_key = g.key AND role IN ('config', 'layer') AND NOT is_foreign OFFSET 0) ref
      GROUP BY ref.digest_key
      UNION ALL
      SELECT g.key, m.size_bytes, l.key IS NULL, coalesce(l.is_in_bin, false)
      FROM (SELECT DISTINCT digest, key FROM going) g CROSS JOIN LATERAL (
        SELECT size_bytes FROM manifests WHERE registry_id = ${registryId} AND digest = g.digest LIMIT 1) m
      LEFT JOIN leaving l ON l.key = g.key
    ),
    -- Who uses it: somebody that stays (the first that is found will do); else those that leave for a bin, and those that no repository has.
    used AS (
      SELECT c.bytes, c.is_in_bin, c.key, c.stays OR coalesce(user_that_stays.is_there, false) AS stays
      FROM content c LEFT JOIN LATERAL (
        SELECT true AS is_there FROM manifest_references ref
        WHERE NOT c.stays AND ref.digest_key = c.key AND ref.manifest_key NOT IN (SELECT key FROM leaving)
          AND EXISTS (SELECT 1 FROM repository_manifests rm WHERE rm.manifest_key = ref.manifest_key)
        LIMIT 1) user_that_stays ON true
    ),
    fate AS (
      SELECT u.bytes, CASE WHEN u.stays THEN 'shared' WHEN u.is_in_bin OR others.in_bin OR (others.elsewhere AND EXISTS (
          SELECT 1 FROM manifest_references ref JOIN bin_entry_manifests bm ON bm.digest = ref.manifest_digest JOIN bin_entries e ON e.id = bm.entry_id
          WHERE ref.digest_key = u.key AND e.registry_id = ${registryId} AND e.state IN ${IN_BIN})) THEN 'bin'
        ELSE 'freed' END AS fate
      FROM used u CROSS JOIN LATERAL (
        SELECT bool_or(ref.manifest_key IN (SELECT key FROM leaving WHERE is_in_bin)) AS in_bin,
          bool_or(ref.manifest_key NOT IN (SELECT key FROM leaving)) AS elsewhere
        FROM manifest_references ref WHERE NOT u.stays AND (SELECT are_there FROM bins) AND ref.digest_key = u.key) others
    )
    SELECT (SELECT count(*) FROM picked) AS images, (SELECT coalesce(sum(tag_count), 0) FROM picked) AS tags,
      (SELECT count(*) FROM going WHERE role = 1) AS children, (SELECT count(*) FROM going WHERE role = 2) AS referrers,
      (SELECT count(*) FROM held WHERE role = 0) AS pinned,
      (SELECT count(*) FROM part p JOIN kept USING (repository_id, digest) LEFT JOIN held USING (repository_id, digest) WHERE p.role = 0 AND held.digest IS NULL) AS parts,
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
 * The narrow key of a digest in a registry, as the generated columns digest_key and manifest_key have it: a hundred thousand blobs are looked
 * up several times as fast by it as by 71 letters. Where two digests share one (once in some 10^8 registries of a million blobs),
 * bytes of one count as used by the other.
 */
function keyOf(registryId: string, column: "p.digest"): Prisma.Sql {
  return Prisma.sql`hashtextextended(${registryId} || ${Prisma.raw(column)}, 0)`;
}
