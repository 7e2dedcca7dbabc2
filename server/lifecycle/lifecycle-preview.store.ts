import type { AppliedLifecycle } from "@/domain/rules/lifecycle";
import { prisma } from "@/server/platform/db/prisma";

/**
 * How many of a run's policies nobody has seen in a space as they are: since each reserves what it reserves and is on, no preview of it
 * succeeded there, nor in the hour before, and no run of it was confirmed. One that excepted fewer repositories showed as much and more.
 */
export async function countUnseenPolicies(
  spaceId: string,
  policies: readonly { id: string; lifecycle: AppliedLifecycle }[],
): Promise<number> {
  const rows = await prisma().$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count
    FROM jsonb_to_recordset(${JSON.stringify(policies)}::jsonb) AS asked(id text, lifecycle jsonb)
    LEFT JOIN lifecycle_policies p ON p.id = asked.id
    WHERE NOT EXISTS (
      SELECT 1 FROM runs r CROSS JOIN LATERAL jsonb_path_query(r.options, '$.rules[*].lifecycle') seen
      WHERE r.space_id = ${spaceId} AND r.kind = 'reclaim'
        AND ((r.is_dry_run AND r.status = 'succeeded' AND r.finished_at >= p.in_force_since - interval '1 hour')
          OR (NOT r.is_dry_run AND r.confirmed_at >= p.in_force_since))
        AND seen -> 'keepLatestTags' = asked.lifecycle -> 'keepLatestTags' AND seen -> 'keepDays' = asked.lifecycle -> 'keepDays'
        AND seen -> 'onlyRepository' = asked.lifecycle -> 'onlyRepository'
        AND asked.lifecycle -> 'exceptRepositories' @> (seen -> 'exceptRepositories'))`;
  return rows[0]?.count ?? 0;
}
