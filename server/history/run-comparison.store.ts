// Two plans side by side, image by image; each is read once, whatever part of the answer is asked for.
import type { RunChange } from "@/contracts/run-items";
import { Prisma, prisma } from "@/server/platform/db/prisma";
import { RULE_SET } from "./rule-set.store";

/** The latest finished preview of the same rules in the same space that is older than a run and still has its verdicts. */
export async function findPreviewBefore(run: { id: string; spaceId: string; createdAt: Date }): Promise<string | null> {
  const rows = await prisma().$queryRaw<{ id: string }[]>`
    WITH this AS (SELECT ${RULE_SET} AS rule_set FROM runs r WHERE r.id = ${run.id})
    SELECT r.id FROM runs r, this
    WHERE r.space_id = ${run.spaceId} AND r.is_dry_run AND r.kind = 'reclaim' AND r.items_pruned_at IS NULL AND r.status = 'succeeded'
      AND (r.created_at, r.id) < (${run.createdAt}, ${run.id}) AND NOT r.options ? 'byHand' AND ${RULE_SET} = this.rule_set
    ORDER BY r.created_at DESC, r.id DESC LIMIT 1`;
  return rows[0]?.id ?? null;
}

export interface ComparedItem {
  change: RunChange;
  rank: number;
  repositoryName: string;
  digest: string;
  /** ordinals in the earlier run and in this one */
  before: number | null;
  after: number | null;
}

/** Where a page of changes ended. */
export interface ChangePosition {
  rank: number;
  repositoryName: string;
  digest: string;
}

interface ComparedRuns {
  runId: string;
  againstId: string;
}

/** The changes in the order: goes now, kept now, other tags, new, gone; in each by repository and digest. */
export function listChangedItems(
  runs: ComparedRuns,
  page: { change?: RunChange | undefined; after?: ChangePosition | undefined; limit: number },
): Promise<ComparedItem[]> {
  const { change, after } = page;
  return prisma().$queryRaw`
    ${diff(runs)}
    SELECT change, rank, repository_name AS "repositoryName", digest, before_ordinal AS before, after_ordinal AS after FROM diff
    WHERE change <> 'same' ${change ? Prisma.sql`AND change = ${change}` : Prisma.empty}
      ${after ? Prisma.sql`AND (rank, repository_name, digest) > (${after.rank}::int, ${after.repositoryName}, ${after.digest})` : Prisma.empty}
    ORDER BY rank, repository_name, digest LIMIT ${page.limit}`;
}

export function countChangedItems(runs: ComparedRuns): Promise<{ change: RunChange | "same"; count: number }[]> {
  return prisma().$queryRaw`${diff(runs)} SELECT change, count(*)::int AS count FROM diff GROUP BY change`;
}

/** What a limit leaves out stays like what is kept. Purges that follow a move in the same run are no verdicts of their own. */
function diff({ runId, againstId }: ComparedRuns): Prisma.Sql {
  const side = (id: string) => Prisma.sql`
    SELECT repository_name, digest, ordinal, selected_tags,
      CASE WHEN state = 'left_out' OR action = 'keep' THEN 0 WHEN action = 'untag' THEN 1 ELSE 2 END AS taken
    FROM run_items WHERE run_id = ${id} AND action <> 'purge'`;
  return Prisma.sql`
    WITH was AS (${side(againstId)}), now AS (${side(runId)}),
    told AS (
      SELECT coalesce(now.repository_name, was.repository_name) COLLATE "C" AS repository_name, coalesce(now.digest, was.digest) COLLATE "C" AS digest,
        was.ordinal AS before_ordinal, now.ordinal AS after_ordinal,
        CASE WHEN was.ordinal IS NULL THEN 'new' WHEN now.ordinal IS NULL THEN 'gone'
          WHEN now.taken > was.taken THEN 'now_goes' WHEN now.taken < was.taken THEN 'now_kept'
          WHEN now.taken = 1 AND now.selected_tags <> was.selected_tags THEN 'other_tags' ELSE 'same' END AS change
      FROM now FULL JOIN was ON was.repository_name = now.repository_name AND was.digest = now.digest
    ),
    diff AS (
      SELECT told.*, CASE change WHEN 'now_goes' THEN 0 WHEN 'now_kept' THEN 1 WHEN 'other_tags' THEN 2 WHEN 'new' THEN 3 ELSE 4 END AS rank FROM told
    )`;
}
