// Bytes that entries of the bin hold.
import { prisma } from "@/server/platform/db/prisma";

/**
 * Bytes of configs and layers that nothing but each entry holds: no repository of the registry and no other entry in a bin. One
 * statement for all; an entry that holds none is not in the answer.
 */
export async function measureUniqueBytes(entryIds: readonly string[]): Promise<Map<string, number>> {
  const rows = await prisma().$queryRaw<{ entryId: string; uniqueBytes: bigint }[]>`
    WITH part AS MATERIALIZED (
      SELECT DISTINCT e.id AS entry_id, hashtextextended(e.registry_id || bm.digest, 0) AS key
      FROM bin_entries e JOIN bin_entry_manifests bm ON bm.entry_id = e.id WHERE e.id = ANY(${[...entryIds]})
    ),
    content AS MATERIALIZED (
      SELECT part.entry_id, ref.digest_key AS key, max(ref.size_bytes) AS bytes FROM part CROSS JOIN LATERAL (
        SELECT digest_key, size_bytes FROM manifest_references
        WHERE manifest_key = part.key AND role IN ('config', 'layer') AND NOT is_foreign OFFSET 0) ref
      GROUP BY part.entry_id, ref.digest_key
    )
    SELECT c.entry_id AS "entryId", sum(c.bytes)::bigint AS "uniqueBytes" FROM content c
    WHERE NOT EXISTS (
      SELECT 1 FROM manifest_references ref WHERE ref.digest_key = c.key AND (
        EXISTS (SELECT 1 FROM repository_manifests rm WHERE rm.manifest_key = ref.manifest_key)
        OR EXISTS (SELECT 1 FROM bin_entry_manifests bm JOIN bin_entries e ON e.id = bm.entry_id AND e.registry_id = ref.registry_id
            AND e.state IN ('recycling', 'held', 'restoring', 'purging')
          WHERE bm.digest = ref.manifest_digest AND bm.entry_id <> c.entry_id)))
    GROUP BY c.entry_id`;
  return new Map(rows.map((row) => [row.entryId, Number(row.uniqueBytes)]));
}

/**
 * Bytes that only the bin of each space keeps: what its entries hold, each blob and manifest once, without what an image in a
 * repository of the registry uses as well. A space whose bin keeps nothing of its own is not in the answer.
 */
export async function measureBinBytes(workspaceId: string, spaceIds: readonly string[]): Promise<Map<string, number>> {
  const rows = await prisma().$queryRaw<{ spaceId: string; bytes: bigint }[]>`
    WITH part AS (
      SELECT DISTINCT e.space_id, e.registry_id, bm.digest, bm.size_bytes::bigint AS size_bytes
      FROM bin_entries e JOIN bin_entry_manifests bm ON bm.entry_id = e.id
      WHERE e.workspace_id = ${workspaceId} AND e.space_id = ANY(${[...spaceIds]})
        AND e.state IN ('recycling', 'held', 'restoring', 'purging')
    ),
    content AS (
      SELECT space_id, registry_id, digest, size_bytes FROM part
      UNION ALL
      SELECT p.space_id, p.registry_id, ref.digest, ref.size_bytes
      FROM part p JOIN manifest_references ref ON ref.registry_id = p.registry_id AND ref.manifest_digest = p.digest
      WHERE ref.role IN ('config', 'layer') AND NOT ref.is_foreign
    ),
    once AS (SELECT space_id, registry_id, digest, max(size_bytes) AS bytes FROM content GROUP BY 1, 2, 3)
    SELECT o.space_id AS "spaceId", sum(o.bytes)::bigint AS bytes FROM once o
    WHERE NOT EXISTS (SELECT 1 FROM repository_manifests rm WHERE rm.registry_id = o.registry_id AND rm.digest = o.digest)
      AND NOT EXISTS (
        SELECT 1 FROM manifest_references ref
        JOIN repository_manifests rm ON rm.registry_id = ref.registry_id AND rm.digest = ref.manifest_digest
        WHERE ref.registry_id = o.registry_id AND ref.digest = o.digest)
    GROUP BY o.space_id`;
  return new Map(rows.map((row) => [row.spaceId, Number(row.bytes)]));
}
