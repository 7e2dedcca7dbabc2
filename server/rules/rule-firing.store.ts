import { type Prisma, prisma } from "@/server/platform/db/prisma";

export type RuleFiringRecord = Prisma.RuleFiringGetPayload<object>;

/** The latest time that each rule of a space came due. */
export async function listLastFirings(workspaceId: string, spaceId: string): Promise<Map<string, RuleFiringRecord>> {
  const rows = await prisma().$queryRaw<RuleFiringRecord[]>`
    SELECT last.rule_id AS "ruleId", last.scheduled_for AS "scheduledFor", last.workspace_id AS "workspaceId", last.space_id AS "spaceId",
      last.revision, last.trigger, last.outcome, last.reason, last.run_id AS "runId", last.fired_at AS "firedAt"
    FROM reclaim_rules rule CROSS JOIN LATERAL (
      SELECT * FROM rule_firings f WHERE f.rule_id = rule.id ORDER BY f.scheduled_for DESC LIMIT 1
    ) last
    WHERE rule.workspace_id = ${workspaceId} AND rule.space_id = ${spaceId}`;
  return new Map(rows.map((row) => [row.ruleId, row]));
}
