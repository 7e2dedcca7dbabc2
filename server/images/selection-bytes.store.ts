// Exact bytes of a selection of images as one.
import { type Prisma, prisma } from "@/server/platform/db/prisma";
import { IN_BIN, isPresent, keyOf, partsBelow, wholesAbove } from "./image-parts.store";

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

/** A blob that more of the selection use than this is likely used by very many: one of them is enough to know. */
const FEW_USERS = 16;
/** Up to so many references are read for each blob, where that answers for all of them at once. */
const READS_A_BLOB = 50;

/**
 * A selection of images as one: what is pinned, what has a pinned part (as in holdsOfParts of the plan), and parts that another image of the
 * repository needs stay (with what hangs in them), each blob counts once, and it is freed when no manifest that remains anywhere in the
 * registry, in a repository or in a bin, refers to it.
 * `chosen` is a query of (repository_id, digest) of image rows; `readsABlob` only chooses between two ways to the same numbers.
 */
export async function measureSelection(
  registryId: string,
  chosen: Prisma.Sql,
  readsABlob = READS_A_BLOB,
): Promise<SelectionNumbers> {
  const rows = await prisma().$queryRaw<Record<keyof SelectionNumbers, bigint | number>[]>`
    WITH RECURSIVE chosen AS MATERIALIZED (SELECT * FROM (${chosen}) named ORDER BY 1, 2),
    -- One probe an image, here and below: a join would be planned for guessed numbers, and read whole tables.
    picked AS MATERIALIZED (
      SELECT i.* FROM chosen CROSS JOIN LATERAL (
        SELECT space_id, repository_id, repository_name, digest, tag_count, logical_bytes,
          child_count > 0 OR referrer_count > 0 OR health <> 'whole' AS has_parts FROM images
        WHERE repository_id = chosen.repository_id AND digest = chosen.digest LIMIT 1) i
    ),
    -- Only below images that have anything below them, as the inventory counts it.
    member(repository_id, digest, role) AS (
      SELECT repository_id, digest, 'top' FROM picked WHERE has_parts
      UNION
      SELECT c.repository_id, next.digest, next.role FROM member c CROSS JOIN LATERAL (${partsBelow(registryId)}) next
    ),
    part AS MATERIALIZED (
      SELECT repository_id, digest, min(role) AS role FROM (
        SELECT repository_id, digest, 0 AS role FROM picked
        UNION ALL
        SELECT repository_id, digest, CASE role WHEN 'child' THEN 1 ELSE 2 END FROM member WHERE role <> 'top' AND ${isPresent("member")}) one
      GROUP BY 1, 2
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
    -- Parts that any index lists. Here and below: a list is looked up in one walk over the index, some times as fast as each by itself; nothing is
    -- joined with what that finds, for guessed numbers would have it compared row by row.
    listed AS MATERIALIZED (
      SELECT digest FROM manifest_references WHERE registry_id = ${registryId} AND role = 'child' AND digest = ANY(ARRAY(SELECT digest FROM part))
    ),
    -- What is pinned or has a pinned part, what an image outside the selection has too, and parts that are images by a tag of their own stay, with
    -- all below.
    staying(repository_id, digest) AS (
      (SELECT repository_id, digest FROM held
      UNION ALL
      SELECT p.repository_id, p.digest FROM part p WHERE
        (p.role > 0 AND EXISTS (SELECT 1 FROM images own WHERE own.repository_id = p.repository_id AND own.digest = p.digest))
        OR (p.digest IN (SELECT digest FROM listed) AND EXISTS (SELECT 1 FROM manifest_references ref
          JOIN repository_manifests parent ON parent.repository_id = p.repository_id AND parent.digest = ref.manifest_digest
          WHERE ref.registry_id = ${registryId} AND ref.digest = p.digest AND ref.role = 'child'
            AND (p.repository_id, ref.manifest_digest) NOT IN (SELECT repository_id, digest FROM part))))
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
      SELECT left_over.key, left_over.key IN (
          SELECT g.key FROM going g WHERE (SELECT are_there FROM bins) AND EXISTS (
            SELECT 1 FROM bin_entry_manifests bm JOIN bin_entries e ON e.id = bm.entry_id
            WHERE bm.digest = g.digest AND e.registry_id = ${registryId} AND e.state IN ${IN_BIN})) AS is_in_bin
      FROM (
        SELECT key FROM (
          SELECT key, 1 AS places FROM going
          UNION ALL
          SELECT manifest_key, -1 FROM repository_manifests WHERE manifest_key = ANY(ARRAY(SELECT key FROM going))) place
        GROUP BY key HAVING sum(places) = 0) left_over
    ),
    content AS MATERIALIZED (
      SELECT digest_key AS key, max(size_bytes) AS bytes, count(*) AS users, false AS stays, false AS is_in_bin
      FROM manifest_references
      WHERE manifest_key = ANY(ARRAY(SELECT key FROM going)) AND role IN ('config', 'layer') AND NOT is_foreign
      GROUP BY digest_key
      UNION ALL
      SELECT keyed.key, keyed.size_bytes, 1, keyed.key NOT IN (SELECT key FROM leaving), keyed.key IN (SELECT key FROM leaving WHERE is_in_bin)
      FROM (SELECT ${keyOf(registryId, "m.digest")} AS key, m.size_bytes FROM manifests m
        WHERE m.registry_id = ${registryId} AND m.digest = ANY(ARRAY(SELECT digest FROM going)) OFFSET 0) keyed
    ),
    -- Reading all users of all blobs at once pays where they are a part worth mentioning of all there are, and of blobs that few use.
    few_users AS MATERIALIZED (
      SELECT key FROM content WHERE NOT stays AND users < ${FEW_USERS}
        AND (SELECT greatest(reltuples, 1) FROM pg_class WHERE oid = 'manifest_references'::regclass) <= ${readsABlob} * (SELECT count(*) FROM content)
    ),
    one_user AS MATERIALIZED (
      SELECT digest_key AS key, min(manifest_key) AS manifest_key FROM manifest_references
      WHERE digest_key = ANY(ARRAY(SELECT key FROM few_users)) AND manifest_key NOT IN (SELECT key FROM leaving)
      GROUP BY digest_key
    ),
    there AS MATERIALIZED (
      SELECT manifest_key FROM repository_manifests WHERE manifest_key = ANY(ARRAY(SELECT manifest_key FROM one_user))
    ),
    -- Who uses it: somebody that stays (the first that is found will do); else those that leave for a bin, and those that no repository has.
    used AS MATERIALIZED (
      SELECT c.bytes, c.is_in_bin, c.key, c.may_have_more, CASE
        WHEN c.stays OR c.key IN (SELECT key FROM one_user WHERE manifest_key IN (SELECT manifest_key FROM there)) THEN true
        ELSE c.may_have_more AND EXISTS (
          SELECT 1 FROM manifest_references ref WHERE ref.digest_key = c.key AND ref.manifest_key NOT IN (SELECT key FROM leaving)
            AND (SELECT true FROM repository_manifests rm WHERE rm.manifest_key = ref.manifest_key LIMIT 1)) END AS stays
      FROM (SELECT *, key NOT IN (SELECT key FROM few_users) OR key IN (SELECT key FROM one_user) AS may_have_more FROM content OFFSET 0) c
    ),
    -- Where no bin holds anything, none of this is asked.
    fate AS MATERIALIZED (
      SELECT u.bytes, CASE WHEN u.stays THEN 'shared' WHEN u.is_in_bin OR ((SELECT are_there FROM bins) AND (
          ((SELECT bool_or(is_in_bin) FROM leaving) AND EXISTS (SELECT 1 FROM manifest_references ref
            WHERE ref.digest_key = u.key AND ref.manifest_key IN (SELECT key FROM leaving WHERE is_in_bin)))
          OR (u.may_have_more AND EXISTS (
            SELECT 1 FROM manifest_references ref JOIN bin_entry_manifests bm ON bm.digest = ref.manifest_digest JOIN bin_entries e ON e.id = bm.entry_id
            WHERE ref.digest_key = u.key AND ref.manifest_key NOT IN (SELECT key FROM leaving)
              AND e.registry_id = ${registryId} AND e.state IN ${IN_BIN})))) THEN 'bin'
        ELSE 'freed' END AS fate
      FROM used u
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
