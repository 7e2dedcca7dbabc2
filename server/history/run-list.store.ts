// The runs of a space as they are listed, and old previews whose verdicts go.
import type { RunKind, RunStatus } from "@/domain/history/run-status";
import { type Prisma, prisma } from "@/server/platform/db/prisma";
import { RULE_SET } from "./rule-set.store";
import type { RunRecord } from "./run.store";

interface RunFilter {
  workspaceId: string;
  spaceId: string;
  kind?: RunKind | undefined;
  isDryRun?: boolean | undefined;
  trigger?: string | undefined;
  status?: RunStatus | undefined;
  ruleId?: string | undefined;
  person?: string | undefined;
}

export function listRunRows(
  filter: RunFilter,
  page: { before?: { createdAt: Date; id: string } | undefined; limit: number },
): Promise<RunRecord[]> {
  const { before, limit } = page;
  return prisma().run.findMany({
    where: {
      ...runWhere(filter),
      ...(before
        ? { OR: [{ createdAt: { lt: before.createdAt } }, { createdAt: before.createdAt, id: { lt: before.id } }] }
        : {}),
    },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: limit,
  });
}

export function countRunRows(filter: RunFilter): Promise<number> {
  return prisma().run.count({ where: runWhere(filter) });
}

function runWhere({ workspaceId, spaceId, kind, isDryRun, trigger, status, ruleId, person }: RunFilter) {
  return {
    ...{ workspaceId, spaceId },
    ...(kind ? { kind } : {}),
    ...(isDryRun === undefined ? {} : { isDryRun }),
    ...(trigger ? { trigger } : {}),
    ...(status ? { status } : {}),
    ...(ruleId ? { options: { path: ["ruleIds"], array_contains: [ruleId] } } : {}),
    ...(person ? { requestedByName: person } : {}),
  } satisfies Prisma.RunWhereInput;
}

const FACETS_MAX = 200;

/** Who asked for runs of a space, most often first. */
export function countRunPeople(space: { id: string; workspaceId: string }): Promise<{ name: string; count: number }[]> {
  return prisma().$queryRaw`
    SELECT requested_by_name AS name, count(*)::int AS count FROM runs
    WHERE space_id = ${space.id} AND workspace_id = ${space.workspaceId}
    GROUP BY requested_by_name ORDER BY count DESC, name LIMIT ${FACETS_MAX}`;
}

/** Saved rules that runs of a space were asked for, there by now or not, each by the name that the latest of them knew. */
export function countRunRules(space: {
  id: string;
  workspaceId: string;
}): Promise<{ id: string; name: string; count: number }[]> {
  return prisma().$queryRaw`
    SELECT rule ->> 'id' AS id, (array_agg(rule ->> 'name' ORDER BY r.created_at DESC))[1] AS name, count(*)::int AS count
    FROM runs r, jsonb_array_elements(CASE WHEN jsonb_typeof(r.options -> 'rules') = 'array' THEN r.options -> 'rules' ELSE '[]' END) rule
    WHERE r.space_id = ${space.id} AND r.workspace_id = ${space.workspaceId} AND r.kind = 'reclaim' AND r.options -> 'ruleIds' ? (rule ->> 'id')
    GROUP BY 1 ORDER BY count DESC, name LIMIT ${FACETS_MAX}`;
}

/** Previews that still have their verdicts although somebody has made `kept` later ones of the same rules in the space, and finished before a time. */
export async function listPreviewsToPrune(input: {
  finishedBefore: Date;
  kept: number;
  limit: number;
}): Promise<string[]> {
  const rows = await prisma().$queryRaw<{ id: string }[]>`
    SELECT id FROM (
      SELECT r.id, r.finished_at, row_number() OVER (
        PARTITION BY r.space_id, coalesce(r.requested_by_id, r.requested_by_name), ${RULE_SET} ORDER BY r.created_at DESC, r.id DESC) AS place
      FROM runs r WHERE r.is_dry_run AND r.kind = 'reclaim' AND r.items_pruned_at IS NULL
    ) preview
    WHERE place > ${input.kept} AND finished_at < ${input.finishedBefore} ORDER BY finished_at LIMIT ${input.limit}`;
  return rows.map((row) => row.id);
}

/** Drops the verdicts of a preview and says so on its row, in one statement: nobody takes half of them for all. */
export async function pruneItemsOf(runId: string, at: Date): Promise<void> {
  await prisma().$executeRaw`
    WITH pruned AS (
      UPDATE runs SET items_pruned_at = ${at} WHERE id = ${runId} AND is_dry_run AND kind = 'reclaim' AND items_pruned_at IS NULL RETURNING id
    )
    DELETE FROM run_items i USING pruned WHERE i.run_id = pruned.id`;
}
