// Pages of the bin and single entries, each read in a fixed number of statements.
import type { BIN_SORTS, BinFilterDto } from "@/contracts/recycle-bin";
import { Prisma, prisma } from "@/server/platform/db/prisma";
import { type BinPlace, binConditions } from "./bin-filter.store";

export type BinSort = (typeof BIN_SORTS)[number];

export interface EntryRow {
  id: string;
  spaceId: string;
  spaceName: string;
  repositoryName: string;
  digest: string;
  mediaType: string;
  kind: string;
  state: "recycling" | "held" | "restoring" | "restored" | "purging" | "purged";
  tags: string[];
  manifestCount: number;
  referrerCount: number;
  sizeBytes: bigint;
  reason: { text: string };
  ruleId: string | null;
  ruleName: string | null;
  ruleRevision: number | null;
  runId: string;
  actorName: string;
  pushedAt: Date | null;
  lastPulledAt: Date | null;
  recycledAt: Date | null;
  purgeAfter: Date | null;
  endedAt: Date | null;
  problemAction: "recycle" | "restore" | "purge" | null;
  problemText: string | null;
  problemRunId: string | null;
  problemAt: Date | null;
  missing: { digest: string; kind: "manifest" | "blob"; reason: string }[];
  verifiedAt: Date | null;
  /** Its place in the order asked for, as a cursor keeps it; null outside of a list. */
  sortKey: string | null;
}

export interface EntryPage {
  filter: BinFilterDto;
  sort: BinSort;
  isDescending: boolean;
  after: { key: string; id: string } | null;
  limit: number;
}

/** A page of what is in the bin, in the order asked for; rows are picked by an index first and dressed afterwards. */
export function listEntryRows(place: BinPlace, page: EntryPage): Promise<EntryRow[]> {
  const { key, cast } = sortOf(page);
  const direction = page.isDescending ? Prisma.sql`DESC` : Prisma.sql`ASC`;
  const { after } = page;
  const beyond = page.isDescending ? Prisma.sql`<` : Prisma.sql`>`;
  const rest = after
    ? Prisma.sql`AND (${key}, e.id) ${beyond} (${after.key}${Prisma.raw(cast)}, ${after.id})`
    : Prisma.empty;
  return prisma().$queryRaw<EntryRow[]>`
    WITH page AS MATERIALIZED (
      SELECT e.id, ${key} AS sort_key FROM bin_entries e
      WHERE ${binConditions(place, page.filter)} ${rest}
        AND EXISTS (SELECT 1 FROM spaces s WHERE s.id = e.space_id AND s.removed_at IS NULL)
      ORDER BY ${key} ${direction}, e.id ${direction} LIMIT ${page.limit}
    )
    SELECT ${COLUMNS}, ${keyText(page.sort)} AS "sortKey"
    FROM page CROSS JOIN LATERAL (SELECT * FROM bin_entries WHERE id = page.id OFFSET 0) e ${NAMES}
    ORDER BY page.sort_key ${direction}, e.id ${direction}`;
}

/** Half-made copies have no time in the bin: among what is stuck they are placed by when they were begun. */
function sortOf({ sort: asked, filter }: EntryPage): { key: Prisma.Sql; cast: string } {
  // Of a space the two orders are one; by its own index what is due is found without reading all that is not.
  const sort = asked === "recycled" && (filter.state === "due" || filter.daysLeft !== undefined) ? "due" : asked;
  switch (sort) {
    case "recycled":
      return {
        key: filter.state === "stuck" ? Prisma.sql`coalesce(e.recycled_at, e.created_at)` : Prisma.sql`e.recycled_at`,
        cast: "::timestamptz",
      };
    case "due":
      return {
        key: filter.state === "stuck" ? Prisma.sql`coalesce(e.purge_after, e.created_at)` : Prisma.sql`e.purge_after`,
        cast: "::timestamptz",
      };
    case "size":
      return { key: Prisma.sql`e.size_bytes`, cast: "::bigint" };
    case "name":
      return { key: Prisma.sql`e.repository_name`, cast: "" };
  }
}

function keyText(sort: BinSort): Prisma.Sql {
  return sort === "recycled" || sort === "due"
    ? Prisma.sql`to_char(page.sort_key AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
    : Prisma.sql`page.sort_key::text`;
}

/** How many entries a filter finds; counting stops at `max`. */
export async function countEntryRows(place: BinPlace, filter: BinFilterDto, max: number): Promise<number> {
  const rows = await prisma().$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM (
      SELECT 1 FROM bin_entries e WHERE ${binConditions(place, filter)}
        AND EXISTS (SELECT 1 FROM spaces s WHERE s.id = e.space_id AND s.removed_at IS NULL) LIMIT ${max}) counted`;
  return rows[0]?.count ?? 0;
}

/** One entry, whatever became of it. */
export async function findEntryRow(workspaceId: string, spaceId: string, entryId: string): Promise<EntryRow | null> {
  const rows = await prisma().$queryRaw<EntryRow[]>`
    SELECT ${COLUMNS}, NULL AS "sortKey" FROM bin_entries e ${NAMES}
    WHERE e.id = ${entryId} AND e.space_id = ${spaceId} AND e.workspace_id = ${workspaceId}`;
  return rows[0] ?? null;
}

export interface EntryManifestRow {
  digest: string;
  role: string;
  mediaType: string;
  sizeBytes: number;
  tags: string[];
  pushedAt: Date | null;
  isRemovedAtSource: boolean;
}

/** What an entry holds, in the order of PUT, each part with the tags that lead to it. */
export function listEntryManifests(workspaceId: string, entryId: string): Promise<EntryManifestRow[]> {
  return prisma().$queryRaw<EntryManifestRow[]>`
    SELECT m.digest, m.role, m.media_type AS "mediaType", m.size_bytes AS "sizeBytes", m.pushed_at AS "pushedAt",
      m.is_removed_at_source AS "isRemovedAtSource",
      ARRAY(SELECT t.name FROM bin_entry_tags t WHERE t.entry_id = m.entry_id AND t.digest = m.digest ORDER BY t.name) AS tags
    FROM bin_entry_manifests m WHERE m.entry_id = ${entryId} AND m.workspace_id = ${workspaceId} ORDER BY m.ordinal`;
}

const COLUMNS = Prisma.sql`
  e.id, e.space_id AS "spaceId", s.name AS "spaceName", e.repository_name AS "repositoryName", e.digest,
  e.media_type AS "mediaType", e.kind, e.state::text, e.size_bytes AS "sizeBytes", e.reason, e.rule_id AS "ruleId",
  rule.name AS "ruleName", e.rule_revision AS "ruleRevision", e.run_id AS "runId", e.actor_name AS "actorName",
  e.pushed_at AS "pushedAt", e.last_pulled_at AS "lastPulledAt", e.recycled_at AS "recycledAt",
  e.purge_after AS "purgeAfter", e.ended_at AS "endedAt", e.problem_action AS "problemAction",
  e.problem_text AS "problemText", e.problem_run_id AS "problemRunId", e.problem_at AS "problemAt", e.missing,
  e.verified_at AS "verifiedAt",
  ARRAY(SELECT t.name FROM bin_entry_tags t WHERE t.entry_id = e.id AND t.digest = e.digest ORDER BY t.name) AS tags,
  CASE WHEN e.recycled_at IS NULL THEN (SELECT count(*)::int FROM bin_entry_manifests m WHERE m.entry_id = e.id)
    ELSE e.manifest_count END AS "manifestCount",
  e.referrer_count AS "referrerCount"`;

const NAMES = Prisma.sql`
  JOIN spaces s ON s.id = e.space_id
  LEFT JOIN LATERAL (
    SELECT r.name FROM rule_revisions r WHERE r.rule_id = e.rule_id AND r.revision = e.rule_revision LIMIT 1) rule ON true`;
