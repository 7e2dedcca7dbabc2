// What runs did, however long ago, from indexes over done items alone: plans and verdicts on what was kept are not in them.
import { Prisma, prisma } from "@/server/platform/db/prisma";
import { RUN_ITEM_COLUMNS, type RunItemRow } from "./run-item-list.store";
import { itemSearchSql } from "./run-item-text.store";

interface DoneItemFilter {
  workspaceId: string;
  spaceId: string;
  search?: string | undefined;
}

export interface DoneItemRow extends RunItemRow {
  runKind: "reclaim" | "restore" | "purge" | "gc";
  runTrigger: string;
  isDryRun: boolean;
  requestedByName: string;
  byHand: string | null;
  skipBin: boolean;
  ruleName: string | null;
}

export interface DoneItemPosition {
  at: Date;
  runId: string;
  ordinal: number;
}

/** A page of what was done, latest first. */
export function listDoneItemRows(
  filter: DoneItemFilter,
  page: { before?: DoneItemPosition | undefined; limit: number },
): Promise<DoneItemRow[]> {
  const { before } = page;
  const after = before
    ? Prisma.sql`AND (i.updated_at < ${before.at} OR i.updated_at = ${before.at} AND (i.run_id, i.ordinal) > (${before.runId}, ${before.ordinal}::int))`
    : Prisma.empty;
  return prisma().$queryRaw`
    WITH page AS MATERIALIZED (
      SELECT i.run_id, i.ordinal, i.updated_at FROM run_items i JOIN runs r ON r.id = i.run_id
      WHERE ${matching(filter)} ${after} ORDER BY i.updated_at DESC, i.run_id, i.ordinal LIMIT ${page.limit}
    )
    SELECT ${RUN_ITEM_COLUMNS}, r.kind::text AS "runKind", r.trigger AS "runTrigger", r.is_dry_run AS "isDryRun", r.requested_by_name AS "requestedByName",
      r.options ->> 'byHand' AS "byHand", coalesce(r.options -> 'skipBin' = 'true'::jsonb, false) AS "skipBin",
      (SELECT rule ->> 'name' FROM jsonb_array_elements(CASE WHEN jsonb_typeof(r.options -> 'rules') = 'array' THEN r.options -> 'rules' ELSE '[]' END) rule
        WHERE rule ->> 'id' = i.rule_id LIMIT 1) AS "ruleName"
    FROM page JOIN run_items i ON i.run_id = page.run_id AND i.ordinal = page.ordinal JOIN runs r ON r.id = i.run_id
    ORDER BY page.updated_at DESC, page.run_id, page.ordinal`;
}

const COUNTED_MAX = 10_000;

/** How many there are, counted up to 10,000. */
export async function countDoneItemRows(filter: DoneItemFilter): Promise<{ total: number; isCapped: boolean }> {
  const rows = await prisma().$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM (
      SELECT 1 FROM run_items i JOIN runs r ON r.id = i.run_id WHERE ${matching(filter)} LIMIT ${COUNTED_MAX + 1}) found`;
  const count = rows[0]?.count ?? 0;
  return { total: Math.min(count, COUNTED_MAX), isCapped: count > COUNTED_MAX };
}

function matching({ workspaceId, spaceId, search }: DoneItemFilter): Prisma.Sql {
  const text = itemSearchSql(search);
  return Prisma.sql`i.workspace_id = ${workspaceId} AND i.state = 'done' AND r.space_id = ${spaceId} ${text ? Prisma.sql`AND ${text}` : Prisma.empty}`;
}
