import { type Prisma, prisma, type Transaction } from "@/server/platform/db/prisma";

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

export function findLastFiring(ruleId: string): Promise<RuleFiringRecord | null> {
  return prisma().ruleFiring.findFirst({ where: { ruleId }, orderBy: { scheduledFor: "desc" } });
}

/** Times of rules that were dealt with already, as `ruleId at iso`. */
export async function listTaken(times: readonly { ruleId: string; scheduledFor: Date }[]): Promise<Set<string>> {
  const rows = await prisma().ruleFiring.findMany({
    where: { OR: times.map(({ ruleId, scheduledFor }) => ({ ruleId, scheduledFor })) },
    select: { ruleId: true, scheduledFor: true },
  });
  return new Set(rows.map((row) => `${row.ruleId} at ${row.scheduledFor.toISOString()}`));
}

/** Answers how many were new: a time that has its row keeps it. */
export async function insertFirings(tx: Transaction, firings: readonly RuleFiringRecord[]): Promise<number> {
  const { count } = await tx.ruleFiring.createMany({ data: [...firings], skipDuplicates: true });
  return count;
}
