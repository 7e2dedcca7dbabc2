// Exact bytes of single images, and what a selection is made of.
import { type Prisma, prisma } from "@/server/platform/db/prisma";
import { type ImageKey, topOf } from "./image.store";
import { IN_BIN, isPresent, keyOf, membersOfTop, partsBelow } from "./image-parts.store";

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
      SELECT p.repository_id, p.top, p.digest, ${keyOf(registryId, "p.digest")} AS key FROM part p
      LEFT JOIN kept ON kept.repository_id = p.repository_id AND kept.top = p.top AND kept.digest = p.digest WHERE kept.digest IS NULL
    ),
    -- Where no bin holds anything, nobody has to be asked who is in one.
    bins AS MATERIALIZED (
      SELECT EXISTS (SELECT 1 FROM bin_entries e WHERE e.registry_id = ${registryId} AND e.state IN ${IN_BIN}) AS are_there
    ),
    content AS MATERIALIZED (
      SELECT p.repository_id, p.top, ref.digest_key AS key, max(ref.size_bytes) AS bytes FROM going p
      JOIN manifest_references ref ON ref.manifest_key = p.key AND ref.role IN ('config', 'layer') AND NOT ref.is_foreign
      GROUP BY 1, 2, 3
      UNION ALL
      SELECT p.repository_id, p.top, p.key, (SELECT m.size_bytes FROM manifests m WHERE m.registry_id = ${registryId} AND m.digest = p.digest) FROM going p
    )
    SELECT c.repository_id AS "repositoryId", c.top, coalesce(sum(c.bytes), 0)::bigint AS "uniqueBytes"
    FROM content c WHERE NOT EXISTS (
      SELECT 1 FROM (SELECT c.key AS user_key UNION ALL SELECT ref.manifest_key FROM manifest_references ref WHERE ref.digest_key = c.key) used
      JOIN repository_manifests rm ON rm.manifest_key = used.user_key
      WHERE rm.repository_id <> c.repository_id OR (c.repository_id, c.top, rm.manifest_key) NOT IN (SELECT repository_id, top, key FROM going)
    ) AND NOT ((SELECT are_there FROM bins) AND EXISTS (
      SELECT 1 FROM (
        SELECT g.digest FROM going g WHERE g.key = c.key
        UNION ALL SELECT ref.manifest_digest FROM manifest_references ref WHERE ref.digest_key = c.key
      ) used
      JOIN bin_entry_manifests bm ON bm.digest = used.digest JOIN bin_entries e ON e.id = bm.entry_id
      WHERE e.registry_id = ${registryId} AND e.state IN ${IN_BIN}
    )) GROUP BY 1, 2`;
  return rows.map((row) => ({ ...row, uniqueBytes: Number(row.uniqueBytes) }));
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
    WITH chosen AS MATERIALIZED (${chosen}),
    -- In the order of what is told, so that the first few repositories give all of it: no name of a repository holds a colon.
    placed AS MATERIALIZED (
      SELECT chosen.repository_id, chosen.digest, r.name || ':' AS place FROM chosen JOIN repositories r ON r.id = chosen.repository_id
      ORDER BY place
    )
    SELECT place || t.name AS name FROM (SELECT * FROM placed ORDER BY place) placed CROSS JOIN LATERAL (
      SELECT name FROM tags WHERE repository_id = placed.repository_id AND digest = placed.digest OFFSET 0) t
    ORDER BY placed.place, t.name LIMIT ${limit}`;
  return rows.map((row) => row.name);
}
