// What the bin shows: pages of entries, each with its numbers, read in a fixed number of statements.
import { escapeLike } from "@/lib/like";
import { Prisma, prisma } from "@/server/platform/db/prisma";

/** States in which an entry's content is in the bin. */
const SHOWN = ["held", "restoring", "purging"] as const;

export interface EntryFilter {
  workspaceId: string;
  spaceId: string;
  search?: string | undefined;
  repository?: string | undefined;
}

export interface EntryRow {
  id: string;
  spaceId: string;
  repositoryName: string;
  digest: string;
  mediaType: string;
  kind: string;
  state: (typeof SHOWN)[number] | "recycling" | "restored" | "purged";
  tags: string[];
  manifestCount: number;
  referrerCount: number;
  sizeBytes: bigint;
  reason: { text: string };
  ruleId: string | null;
  ruleRevision: number | null;
  runId: string;
  actorName: string;
  pushedAt: Date | null;
  lastPulledAt: Date | null;
  recycledAt: Date | null;
  purgeAfter: Date | null;
}

/** A page of what is in the bin, latest first. */
export function listEntryRows(
  filter: EntryFilter & { before?: { recycledAt: Date; id: string } | undefined; limit: number },
): Promise<EntryRow[]> {
  const { before } = filter;
  const after = before ? Prisma.sql`AND (e.recycled_at, e.id) < (${before.recycledAt}, ${before.id})` : Prisma.empty;
  return prisma().$queryRaw<EntryRow[]>`
    ${COLUMNS} WHERE ${shown(filter)} ${after} ORDER BY e.recycled_at DESC, e.id DESC LIMIT ${filter.limit}`;
}

export async function countEntryRows(filter: EntryFilter): Promise<number> {
  const rows = await prisma().$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM bin_entries e WHERE ${shown(filter)}`;
  return rows[0]?.count ?? 0;
}

/** One entry, whatever became of it. */
export async function findEntryRow(workspaceId: string, spaceId: string, entryId: string): Promise<EntryRow | null> {
  const rows = await prisma().$queryRaw<EntryRow[]>`
    ${COLUMNS} WHERE e.id = ${entryId} AND e.space_id = ${spaceId} AND e.workspace_id = ${workspaceId}`;
  return rows[0] ?? null;
}

export function listEntryManifests(
  workspaceId: string,
  entryId: string,
): Promise<{ digest: string; role: string; mediaType: string }[]> {
  return prisma().binEntryManifest.findMany({
    where: { entryId, workspaceId },
    orderBy: { ordinal: "asc" },
    select: { digest: true, role: true, mediaType: true },
  });
}

/** Of entries of a space that are held: where each comes from, and its tags. */
export function listEntryTags(
  workspaceId: string,
  spaceId: string,
  entryIds: readonly string[],
): Promise<{ entryId: string; repositoryName: string; tag: string | null; digest: string }[]> {
  return prisma().$queryRaw`
    SELECT e.id AS "entryId", e.repository_name AS "repositoryName", t.name AS tag, coalesce(t.digest, e.digest) AS digest
    FROM bin_entries e LEFT JOIN bin_entry_tags t ON t.entry_id = e.id
    WHERE e.id = ANY(${[...entryIds]}) AND e.space_id = ${spaceId} AND e.workspace_id = ${workspaceId}
      AND e.state IN ('held', 'restoring', 'purging')
    ORDER BY e.id, t.name`;
}

/**
 * Bytes of configs and layers that nothing but each entry holds: no repository of the registry and no other entry in a bin. One
 * statement for all; an entry that holds none is not in the answer.
 */
export async function measureUniqueBytes(entryIds: readonly string[]): Promise<Map<string, number>> {
  const rows = await prisma().$queryRaw<{ entryId: string; uniqueBytes: bigint }[]>`
    WITH blobs AS (
      SELECT DISTINCT e.id AS entry_id, e.registry_id, ref.digest, ref.size_bytes
      FROM bin_entries e JOIN bin_entry_manifests bm ON bm.entry_id = e.id
      JOIN manifest_references ref ON ref.registry_id = e.registry_id AND ref.manifest_digest = bm.digest
      WHERE e.id = ANY(${[...entryIds]}) AND ref.role IN ('config', 'layer') AND NOT ref.is_foreign
    )
    SELECT b.entry_id AS "entryId", sum(b.size_bytes)::bigint AS "uniqueBytes" FROM blobs b
    WHERE NOT EXISTS (
        SELECT 1 FROM manifest_references ref
        JOIN repository_manifests rm ON rm.registry_id = ref.registry_id AND rm.digest = ref.manifest_digest
        WHERE ref.registry_id = b.registry_id AND ref.digest = b.digest)
      AND NOT EXISTS (
        SELECT 1 FROM manifest_references ref
        JOIN bin_entry_manifests bm ON bm.digest = ref.manifest_digest AND bm.entry_id <> b.entry_id
        JOIN bin_entries e ON e.id = bm.entry_id AND e.registry_id = b.registry_id
          AND e.state IN ('recycling', 'held', 'restoring', 'purging')
        WHERE ref.registry_id = b.registry_id AND ref.digest = b.digest)
    GROUP BY b.entry_id`;
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

const COLUMNS = Prisma.sql`
  SELECT e.id, e.space_id AS "spaceId", e.repository_name AS "repositoryName", e.digest, e.media_type AS "mediaType", e.kind,
    e.state::text, e.size_bytes AS "sizeBytes", e.reason, e.rule_id AS "ruleId", e.rule_revision AS "ruleRevision",
    e.run_id AS "runId", e.actor_name AS "actorName", e.pushed_at AS "pushedAt", e.last_pulled_at AS "lastPulledAt",
    e.recycled_at AS "recycledAt", e.purge_after AS "purgeAfter",
    ARRAY(SELECT t.name FROM bin_entry_tags t WHERE t.entry_id = e.id AND t.digest = e.digest ORDER BY t.name) AS tags,
    (SELECT count(*)::int FROM bin_entry_manifests m WHERE m.entry_id = e.id) AS "manifestCount",
    (SELECT count(*)::int FROM bin_entry_manifests m WHERE m.entry_id = e.id AND m.role = 'referrer') AS "referrerCount"
  FROM bin_entries e`;

function shown({ workspaceId, spaceId, search, repository }: EntryFilter): Prisma.Sql {
  const conditions = [
    Prisma.sql`e.space_id = ${spaceId} AND e.workspace_id = ${workspaceId} AND e.state::text = ANY(${[...SHOWN]})
      AND e.recycled_at IS NOT NULL`,
  ];
  if (repository) conditions.push(Prisma.sql`e.repository_name = ${repository}`);
  if (search) {
    const pattern = `%${escapeLike(search)}%`;
    conditions.push(Prisma.sql`(e.repository_name ILIKE ${pattern} OR e.digest LIKE ${pattern}
      OR EXISTS (SELECT 1 FROM bin_entry_tags t WHERE t.entry_id = e.id AND t.name ILIKE ${pattern}))`);
  }
  return Prisma.join(conditions, " AND ");
}
