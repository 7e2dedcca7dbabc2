// What a filter of the bin finds, as one.
import { type BinFilterDto, PURGE_ANNOUNCED_DAYS } from "@/contracts/recycle-bin";
import { Prisma, prisma } from "@/server/platform/db/prisma";
import { type BinPlace, binConditions, IS_SHOWN } from "./bin-filter.store";

const IS_OF_A_SPACE = Prisma.sql`EXISTS (SELECT 1 FROM spaces s WHERE s.id = e.space_id AND s.removed_at IS NULL)`;

export interface SummaryRow {
  entryCount: number;
  tagCount: number;
  manifestCount: number;
  logicalBytes: number;
  dueCount: number;
  dueBytes: number;
  dueFirstAt: Date | null;
  stuckCount: number;
  damagedCount: number;
  pendingChecks: number;
  lastCheckAt: Date | null;
}

/** Sums of what a filter finds; each of its entries is looked at once. */
export async function summarizeEntries(place: BinPlace, filter: BinFilterDto): Promise<SummaryRow> {
  const rows = await prisma().$queryRaw<
    (Omit<SummaryRow, "logicalBytes" | "dueBytes"> & { logicalBytes: bigint; dueBytes: bigint })[]
  >`
    SELECT count(*)::int AS "entryCount",
      coalesce(sum(CASE e.tag_names WHEN '' THEN 0 ELSE length(e.tag_names) - length(replace(e.tag_names, chr(10), '')) + 1 END), 0)::int AS "tagCount",
      coalesce(sum(e.manifest_count), 0)::int AS "manifestCount", coalesce(sum(e.size_bytes), 0)::bigint AS "logicalBytes",
      (count(*) FILTER (WHERE ${IS_DUE}))::int AS "dueCount",
      coalesce(sum(e.size_bytes) FILTER (WHERE ${IS_DUE}), 0)::bigint AS "dueBytes",
      min(e.purge_after) FILTER (WHERE ${IS_DUE}) AS "dueFirstAt",
      (count(*) FILTER (WHERE e.problem_at IS NOT NULL))::int AS "stuckCount",
      (count(*) FILTER (WHERE e.missing <> '[]'))::int AS "damagedCount",
      (count(*) FILTER (WHERE e.state = 'held' AND e.check_due_at <= now()))::int AS "pendingChecks",
      max(e.verified_at) AS "lastCheckAt"
    FROM bin_entries e WHERE ${binConditions(place, filter)} AND ${IS_OF_A_SPACE}`;
  const row = rows[0];
  if (!row) throw new Error("a sum without a row");
  return { ...row, logicalBytes: Number(row.logicalBytes), dueBytes: Number(row.dueBytes) };
}

const IS_DUE = Prisma.sql`${IS_SHOWN} AND e.purge_after <= now() + make_interval(days => ${PURGE_ANNOUNCED_DAYS})`;

/** Entries in a place that a failed move left half-made, besides those that are shown. */
export async function countHalfMade({ workspaceId, spaceId }: BinPlace): Promise<number> {
  const inSpace = spaceId === undefined ? Prisma.empty : Prisma.sql`AND e.space_id = ${spaceId}`;
  const rows = await prisma().$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM bin_entries e
    WHERE e.workspace_id = ${workspaceId} ${inSpace} AND e.problem_at IS NOT NULL AND e.state = 'recycling' AND ${IS_OF_A_SPACE}`;
  return rows[0]?.count ?? 0;
}

/**
 * Bytes of configs and layers that would be left unreferenced if all that a filter finds were purged, each once: no repository of their
 * registry and no other entry uses them. Null where it finds more than `max` entries.
 */
export async function measureFreedBytes(place: BinPlace, filter: BinFilterDto, max: number): Promise<number | null> {
  const rows = await prisma().$queryRaw<{ count: number; bytes: bigint }[]>`
    WITH found AS MATERIALIZED (
      SELECT e.id, e.registry_id FROM bin_entries e WHERE ${binConditions(place, filter)} AND ${IS_OF_A_SPACE} LIMIT ${max + 1}
    ),
    -- Nothing is measured where there are too many.
    chosen AS MATERIALIZED (SELECT id, registry_id FROM found WHERE (SELECT count(*) FROM found) <= ${max}),
    part AS MATERIALIZED (
      SELECT DISTINCT hashtextextended(c.registry_id || m.digest, 0) AS key FROM chosen c JOIN bin_entry_manifests m ON m.entry_id = c.id
    ),
    content AS MATERIALIZED (
      SELECT ref.digest_key AS key, max(ref.size_bytes) AS bytes FROM part CROSS JOIN LATERAL (
        SELECT digest_key, size_bytes FROM manifest_references
        WHERE manifest_key = part.key AND role IN ('config', 'layer') AND NOT is_foreign OFFSET 0) ref
      GROUP BY ref.digest_key
    )
    SELECT (SELECT count(*)::int FROM found) AS count, coalesce(sum(c.bytes), 0)::bigint AS bytes FROM content c
    WHERE NOT EXISTS (
      SELECT 1 FROM manifest_references ref WHERE ref.digest_key = c.key AND (
        EXISTS (SELECT 1 FROM repository_manifests rm WHERE rm.manifest_key = ref.manifest_key)
        OR EXISTS (SELECT 1 FROM bin_entry_manifests bm JOIN bin_entries e ON e.id = bm.entry_id
          WHERE bm.digest = ref.manifest_digest AND e.registry_id = ref.registry_id
            AND e.state IN ('recycling', 'held', 'restoring', 'purging') AND e.id NOT IN (SELECT id FROM chosen))))`;
  const row = rows[0];
  return row === undefined || row.count > max ? null : Number(row.bytes);
}

export interface FacetRow {
  facet: "space" | "rule" | "actor" | "repository" | "kind";
  value: string;
  label: string;
  entryCount: number;
}

/** What entries can be narrowed to, in one pass over them; at most `max` values each, most entries first. */
export function listFacetRows({ workspaceId, spaceId }: BinPlace, max: number): Promise<FacetRow[]> {
  const place = binConditions({ workspaceId, spaceId }, { state: "any" });
  return prisma().$queryRaw<FacetRow[]>`
    WITH grouped AS (
      SELECT CASE WHEN GROUPING(e.space_id) = 0 THEN 'space' WHEN GROUPING(e.rule_id) = 0 THEN 'rule'
          WHEN GROUPING(e.actor_name) = 0 THEN 'actor' WHEN GROUPING(e.repository_name) = 0 THEN 'repository' ELSE 'kind' END AS facet,
        coalesce(e.space_id, e.rule_id, e.actor_name, e.repository_name, e.kind) AS value, count(*)::int AS entries
      FROM bin_entries e WHERE ${place} AND ${IS_OF_A_SPACE}
      GROUP BY GROUPING SETS ((e.space_id), (e.rule_id), (e.actor_name), (e.repository_name), (e.kind))
    ),
    ranked AS (
      SELECT *, row_number() OVER (PARTITION BY facet ORDER BY entries DESC, value) AS rank FROM grouped WHERE value IS NOT NULL
    )
    SELECT facet, value, entries AS "entryCount", coalesce(
      CASE facet WHEN 'space' THEN (SELECT s.name FROM spaces s WHERE s.id = value)
        WHEN 'rule' THEN (SELECT r.name FROM rule_revisions r WHERE r.rule_id = value ORDER BY r.revision DESC LIMIT 1) END, value) AS label
    FROM ranked WHERE rank <= ${max} ORDER BY facet, rank`;
}

export interface RetentionRow {
  entryCount: number;
  dueCount: number;
  dueBytes: number;
  nextAt: Date | null;
}

/** What keeping entries for so many days would do to those of a space, counted from when each was recycled. */
export async function measureRetention(workspaceId: string, spaceId: string, days: number): Promise<RetentionRow> {
  const rows = await prisma().$queryRaw<(Omit<RetentionRow, "dueBytes"> & { dueBytes: bigint })[]>`
    WITH dated AS (
      SELECT e.size_bytes, e.recycled_at + make_interval(days => ${days}) AS due_at
      FROM bin_entries e WHERE ${binConditions({ workspaceId, spaceId }, { state: "any" })}
    )
    SELECT count(*)::int AS "entryCount", (count(*) FILTER (WHERE due_at <= now()))::int AS "dueCount",
      coalesce(sum(size_bytes) FILTER (WHERE due_at <= now()), 0)::bigint AS "dueBytes",
      min(due_at) FILTER (WHERE due_at > now()) AS "nextAt"
    FROM dated`;
  const row = rows[0];
  if (!row) throw new Error("a sum without a row");
  return { ...row, dueBytes: Number(row.dueBytes) };
}
