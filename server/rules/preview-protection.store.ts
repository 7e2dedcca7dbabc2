// The protect rules that took part in the previews that armed schedules.

import { prisma } from "@/server/platform/db/prisma";

/** Of each of these runs the protect rules that it was frozen with, as `id@revision`. A run that is not there is left out. */
export async function readPreviewProtection(runIds: readonly string[]): Promise<Map<string, string[]>> {
  if (runIds.length === 0) return new Map();
  const rows = await prisma().$queryRaw<{ runId: string; rules: string[] }[]>`
    SELECT run.id AS "runId", coalesce(array_agg((rule ->> 'id') || '@' || (rule ->> 'revision')) FILTER (WHERE rule IS NOT NULL), '{}') AS rules
    FROM runs run LEFT JOIN LATERAL jsonb_array_elements(run.options -> 'rules') rule ON rule #>> '{definition,effect}' = 'protect'
    WHERE run.id = ANY(${[...runIds]}) GROUP BY run.id`;
  return new Map(rows.map(({ runId, rules }) => [runId, rules]));
}

/** Of each of these spaces the enabled protect rules of its own, as `id@revision`. */
export async function readSpaceProtection(spaceIds: readonly string[]): Promise<Map<string, string[]>> {
  const rows = await prisma().$queryRaw<{ spaceId: string; rules: string[] }[]>`
    SELECT space_id AS "spaceId", array_agg(id || '@' || revision) AS rules FROM reclaim_rules
    WHERE space_id = ANY(${[...spaceIds]}) AND is_enabled AND definition ->> 'effect' = 'protect' GROUP BY space_id`;
  return new Map(rows.map(({ spaceId, rules }) => [spaceId, rules]));
}
