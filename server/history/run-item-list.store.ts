// The items of a run as they are read: filtered, sorted and paged by what the table shows. A run's items are contiguous in the primary key
// and few enough to be sorted as they are asked for; indexes for each order would cost every plan that is written.
import type { RUN_ITEM_ACTIONS, RUN_ITEM_STATES, RunItemFilterDto, RunItemSort } from "@/contracts/run-items";
import { Prisma, prisma } from "@/server/platform/db/prisma";
import { itemSearchSql } from "./run-item-text.store";

type Action = (typeof RUN_ITEM_ACTIONS)[number];
type State = (typeof RUN_ITEM_STATES)[number];

export interface RunItemRow {
  runId: string;
  ordinal: number;
  action: Action;
  state: State;
  repositoryName: string;
  digest: string;
  kind: string;
  tags: string[];
  selectedTags: string[];
  reasonText: string;
  reasonCode: string;
  ruleId: string | null;
  memberCount: number;
  sizeBytes: bigint;
  uniqueBytes: bigint;
  ownBytes: bigint;
  sharedBytes: bigint;
  pushedAt: Date | null;
  lastPulledAt: Date | null;
  binEntryId: string | null;
  error: string | null;
  updatedAt: Date;
}

/** What a row of the table is made of; the rest of an item (its plan, its members) is large and stays where it is. */
export const RUN_ITEM_COLUMNS = Prisma.sql`i.run_id AS "runId", i.ordinal, i.action, i.state, i.repository_name AS "repositoryName", i.digest, i.kind,
  i.tags, i.selected_tags AS "selectedTags", coalesce(i.reason ->> 'text', '') AS "reasonText", i.reason_code AS "reasonCode", i.rule_id AS "ruleId",
  jsonb_array_length(i.members) AS "memberCount", i.size_bytes AS "sizeBytes", i.unique_bytes AS "uniqueBytes", i.own_bytes AS "ownBytes",
  i.shared_bytes AS "sharedBytes", i.pushed_at AS "pushedAt", i.last_pulled_at AS "lastPulledAt", i.bin_entry_id AS "binEntryId", i.error,
  i.updated_at AS "updatedAt"`;

/** A run, of which days are counted back from its own time. */
interface RunOfItems {
  id: string;
  workspaceId: string;
  frozenNow: Date;
}

const TEXT = Prisma.sql`text COLLATE "C"`;
const NUMBER = Prisma.sql`bigint`;
const timeKey = (column: Prisma.Sql) => ({
  key: Prisma.sql`coalesce((extract(epoch FROM ${column}) * 1000)::bigint, -1)`,
  type: NUMBER,
});

const SORT_KEYS: Record<RunItemSort, { key: Prisma.Sql; type: Prisma.Sql }> = {
  plan: { key: Prisma.sql`i.ordinal::bigint`, type: NUMBER },
  image: { key: Prisma.sql`(i.repository_name || ':' || coalesce(i.tags[1], '')) COLLATE "C"`, type: TEXT },
  verdict: {
    key: Prisma.sql`(CASE i.action WHEN 'recycle' THEN 0 WHEN 'purge' THEN 1 WHEN 'untag' THEN 2 WHEN 'restore' THEN 3 ELSE 4 END * 10
      + CASE i.state WHEN 'failed' THEN 0 WHEN 'skipped_stale' THEN 1 WHEN 'left_out' THEN 2 WHEN 'moving' THEN 3 WHEN 'planned' THEN 4 WHEN 'done' THEN 5 ELSE 6 END)::bigint`,
    type: NUMBER,
  },
  reason: { key: Prisma.sql`(i.reason_code || ':' || coalesce(i.rule_id, '')) COLLATE "C"`, type: TEXT },
  pushed: timeKey(Prisma.sql`i.pushed_at`),
  pulled: timeKey(Prisma.sql`i.last_pulled_at`),
  size: { key: Prisma.sql`i.size_bytes`, type: NUMBER },
  own: { key: Prisma.sql`i.own_bytes`, type: NUMBER },
  shared: { key: Prisma.sql`i.shared_bytes`, type: NUMBER },
};

/** Where a page ended: the key that it is sorted by, as text, and the ordinal, which tells apart what is equal. */
export interface RunItemPosition {
  key: string;
  ordinal: number;
}

/** A page of a run's items. The wide columns are read for the page only, not for all that is sorted. */
export function listRunItemRows(
  run: RunOfItems,
  filter: RunItemFilterDto,
  page: { sort: RunItemSort; order: "asc" | "desc"; after?: RunItemPosition | undefined; limit: number },
): Promise<(RunItemRow & { sortKey: string })[]> {
  const { key, type } = SORT_KEYS[page.sort];
  const isRising = page.order === "asc";
  const direction = isRising ? Prisma.sql`ASC` : Prisma.sql`DESC`;
  const comparison = isRising ? Prisma.sql`>` : Prisma.sql`<`;
  const after = page.after
    ? Prisma.sql`AND (${key}, i.ordinal) ${comparison} (${page.after.key}::${type}, ${page.after.ordinal}::int)`
    : Prisma.empty;
  return prisma().$queryRaw`
    WITH page AS MATERIALIZED (
      SELECT i.ordinal, ${key} AS key FROM run_items i WHERE ${matching(run, filter)} ${after}
      ORDER BY ${page.sort === "plan" ? Prisma.empty : Prisma.sql`key ${direction},`} i.ordinal ${direction} LIMIT ${page.limit}
    )
    SELECT ${RUN_ITEM_COLUMNS}, page.key::text AS "sortKey"
    FROM page JOIN run_items i ON i.run_id = ${run.id} AND i.ordinal = page.ordinal
    ORDER BY page.key ${direction}, i.ordinal ${direction}`;
}

export async function countRunItemRows(run: RunOfItems, filter: RunItemFilterDto): Promise<number> {
  const rows = await prisma().$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM run_items i WHERE ${matching(run, filter)}`;
  return rows[0]?.count ?? 0;
}

/** Some items of a run by their ordinals, in no order. */
export function listRunItemsByOrdinal(runId: string, ordinals: readonly number[]): Promise<RunItemRow[]> {
  return prisma().$queryRaw`
    SELECT ${RUN_ITEM_COLUMNS} FROM run_items i WHERE i.run_id = ${runId} AND i.ordinal = ANY(${[...ordinals]}::int[])`;
}

interface RunItemTotals {
  images: number;
  tags: bigint;
  logicalBytes: bigint;
  uniqueBytes: bigint;
}

export async function sumRunItems(run: RunOfItems, filter: RunItemFilterDto): Promise<RunItemTotals> {
  const rows = await prisma().$queryRaw<RunItemTotals[]>`
    SELECT count(*)::int AS images, coalesce(sum(cardinality(i.selected_tags)), 0)::bigint AS tags,
      coalesce(sum(i.size_bytes), 0)::bigint AS "logicalBytes", coalesce(sum(i.unique_bytes), 0)::bigint AS "uniqueBytes"
    FROM run_items i WHERE ${matching(run, filter)}`;
  return rows[0] ?? { images: 0, tags: 0n, logicalBytes: 0n, uniqueBytes: 0n };
}

export interface RunItemFacet {
  /** which of the columns the value is of */
  facet: "actions" | "states" | "reasons" | "rules" | "kinds" | "repositories";
  value: string;
  count: number;
}

/** How many items of a run there are by everything they can be filtered by, in one reading; largest first. */
export function countRunItemFacets(runId: string, repositoriesMax: number): Promise<RunItemFacet[]> {
  return prisma().$queryRaw`
    WITH counted AS (
      SELECT CASE grouping(i.action, i.state, i.reason_code, i.rule_id, i.kind, i.repository_name)
          WHEN 31 THEN 'actions' WHEN 47 THEN 'states' WHEN 55 THEN 'reasons' WHEN 59 THEN 'rules' WHEN 61 THEN 'kinds' ELSE 'repositories' END AS facet,
        coalesce(i.action, i.state, i.reason_code, i.rule_id, i.kind, i.repository_name) AS value, count(*)::int AS count
      FROM run_items i WHERE i.run_id = ${runId}
      GROUP BY GROUPING SETS ((i.action), (i.state), (i.reason_code), (i.rule_id), (i.kind), (i.repository_name))
    ), ranked AS (
      SELECT facet, value, count, row_number() OVER (PARTITION BY facet ORDER BY count DESC, value) AS place
      FROM counted WHERE value IS NOT NULL AND value <> ''
    )
    SELECT facet, value, count FROM ranked WHERE facet <> 'repositories' OR place <= ${repositoriesMax} ORDER BY facet, place`;
}

/** Of images that several rules selected: how many each of the others selected too. */
export function countOtherHits(runId: string): Promise<{ value: string; count: number }[]> {
  return prisma().$queryRaw`
    SELECT hit ->> 'ruleId' AS value, count(*)::int AS count
    FROM run_items i, jsonb_array_elements(CASE WHEN jsonb_typeof(i.reason -> 'plan' -> 'hits') = 'array' THEN i.reason -> 'plan' -> 'hits' ELSE '[]' END) hit
    WHERE i.run_id = ${runId} AND i.action <> 'keep' AND hit ->> 'ruleId' IS DISTINCT FROM i.rule_id GROUP BY 1`;
}

const DAY_MS = 86_400_000;

/** Written out, as the index of what is rare knows them. */
const RARE_STATES: { [state in State]?: Prisma.Sql } = {
  failed: Prisma.sql`i.state = 'failed'`,
  skipped_stale: Prisma.sql`i.state = 'skipped_stale'`,
  left_out: Prisma.sql`i.state = 'left_out'`,
};

function matching(run: RunOfItems, filter: RunItemFilterDto): Prisma.Sql {
  const conditions: Prisma.Sql[] = [Prisma.sql`i.run_id = ${run.id}`, Prisma.sql`i.workspace_id = ${run.workspaceId}`];
  const add = (condition: Prisma.Sql) => conditions.push(condition);
  const daysBefore = (days: number) => new Date(run.frozenNow.getTime() - days * DAY_MS);
  if (filter.action === "going") add(Prisma.sql`i.action <> 'keep'`);
  else if (filter.action) add(Prisma.sql`i.action = ${filter.action}`);
  if (filter.state) add(RARE_STATES[filter.state] ?? Prisma.sql`i.state = ${filter.state}`);
  if (filter.ruleId) {
    const hit = JSON.stringify({ plan: { hits: [{ ruleId: filter.ruleId }] } });
    add(Prisma.sql`(i.rule_id = ${filter.ruleId} OR i.reason @> ${hit}::jsonb)`);
  }
  if (filter.reason) add(Prisma.sql`i.reason_code = ${filter.reason}`);
  if (filter.kind) add(Prisma.sql`i.kind = ${filter.kind}`);
  if (filter.repository) add(Prisma.sql`i.repository_name = ${filter.repository}`);
  if (filter.minBytes !== undefined) add(Prisma.sql`i.size_bytes >= ${filter.minBytes}::bigint`);
  if (filter.maxBytes !== undefined) add(Prisma.sql`i.size_bytes <= ${filter.maxBytes}::bigint`);
  if (filter.olderThanDays !== undefined) add(Prisma.sql`i.pushed_at < ${daysBefore(filter.olderThanDays)}`);
  if (filter.youngerThanDays !== undefined) add(Prisma.sql`i.pushed_at >= ${daysBefore(filter.youngerThanDays)}`);
  const search = itemSearchSql(filter.search);
  if (search) add(search);
  return Prisma.join(conditions, " AND ");
}
