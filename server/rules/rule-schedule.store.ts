// Schedules and arming of rules. A time is taken by a compare-and-set on the rule's `next_run_at`, and by one row a rule and time.

import { type Prisma, prisma, type Transaction } from "@/server/platform/db/prisma";
import type { RuleRecord } from "./rule.store";

/** Rules with a cron schedule that nobody has worked out the next time of: made before there were schedules. */
export async function listUnscheduled(limit: number): Promise<RuleRecord[]> {
  // As the partial index of the migration has it.
  const rows = await prisma().$queryRaw<{ id: string }[]>`
    SELECT id FROM reclaim_rules
    WHERE is_enabled AND next_run_at IS NULL AND definition #>> '{schedule,kind}' = 'cron' AND definition ->> 'effect' = 'reclaim'
    LIMIT ${limit}`;
  return rows.length === 0 ? [] : prisma().reclaimRule.findMany({ where: { id: { in: rows.map((row) => row.id) } } });
}

export async function setNextRun(rule: { id: string; revision: number }, nextRunAt: Date | null): Promise<void> {
  await prisma().reclaimRule.updateMany({
    where: { id: rule.id, revision: rule.revision, nextRunAt: null },
    data: { nextRunAt },
  });
}

/** Spaces in which a schedule is due, those due longest first. Rules of a removed space never are. */
export function listSpacesDue(
  now: Date,
  limit: number,
): Promise<{ workspaceId: string; spaceId: string; registryId: string }[]> {
  return prisma().$queryRaw`
    SELECT space.workspace_id AS "workspaceId", space.id AS "spaceId", space.registry_id AS "registryId"
    FROM reclaim_rules rule JOIN spaces space ON space.id = rule.space_id
    WHERE rule.next_run_at <= ${now} AND space.removed_at IS NULL
    GROUP BY space.id ORDER BY min(rule.next_run_at) LIMIT ${limit}`;
}

export function listDueRules(spaceId: string, now: Date): Promise<RuleRecord[]> {
  return prisma().reclaimRule.findMany({
    where: { spaceId, nextRunAt: { lte: now }, isEnabled: true },
    orderBy: { slot: "asc" },
  });
}

/** Enabled rules that fire by the tag quota, of spaces that are not removed. */
export async function listQuotaRules(): Promise<(RuleRecord & { space: { registryId: string } })[]> {
  const rows = await prisma().$queryRaw<{ id: string }[]>`
    SELECT id FROM reclaim_rules
    WHERE is_enabled AND definition #>> '{schedule,kind}' = 'onQuota' AND definition ->> 'effect' = 'reclaim'`;
  if (rows.length === 0) return [];
  return prisma().reclaimRule.findMany({
    where: { id: { in: rows.map((row) => row.id) }, space: { removedAt: null } },
    include: { space: { select: { registryId: true } } },
    orderBy: [{ workspaceId: "asc" }, { spaceId: "asc" }, { slot: "asc" }],
  });
}

export async function advanceNextRun(
  tx: Transaction,
  rule: { id: string; revision: number; nextRunAt: Date | null },
  nextRunAt: Date | null,
): Promise<boolean> {
  const { count } = await tx.reclaimRule.updateMany({
    where: { id: rule.id, revision: rule.revision, nextRunAt: rule.nextRunAt, isEnabled: true },
    data: { nextRunAt },
  });
  return count === 1;
}

/** Notes when the quota made a rule fire (or, null, that it may again). False = somebody else did. */
export async function writeQuotaFiring(
  tx: Transaction,
  rule: { id: string; revision: number; quotaFiredAt: Date | null },
  quotaFiredAt: Date | null,
): Promise<boolean> {
  const { count } = await tx.reclaimRule.updateMany({
    where: { id: rule.id, revision: rule.revision, quotaFiredAt: rule.quotaFiredAt, isEnabled: true },
    data: { quotaFiredAt },
  });
  return count === 1;
}

export async function allowQuotaFiring(rule: {
  id: string;
  revision: number;
  quotaFiredAt: Date | null;
}): Promise<void> {
  await prisma().reclaimRule.updateMany({
    where: { id: rule.id, revision: rule.revision, quotaFiredAt: rule.quotaFiredAt },
    data: { quotaFiredAt: null },
  });
}

/**
 * Arms each of these rules of a space, if it still says what was previewed, and so those that say exactly what a draft said. One that was armed
 * already is armed by this preview from now on: it is the one that shows what protects by now.
 */
export async function armPreviewed(
  spaceId: string,
  runId: string,
  previewed: { ruleId: string | null; definition: Prisma.InputJsonValue }[],
): Promise<number> {
  return prisma().$executeRaw`
    UPDATE reclaim_rules rule SET armed_revision = rule.revision, armed_by_run_id = ${runId}
    FROM jsonb_to_recordset(${JSON.stringify(previewed)}::jsonb) AS previewed("ruleId" text, definition jsonb)
    WHERE rule.space_id = ${spaceId} AND rule.definition = previewed.definition
      AND (previewed."ruleId" IS NULL OR previewed."ruleId" = rule.id)
      AND rule.definition #>> '{schedule,kind}' <> 'manual' AND rule.definition ->> 'effect' = 'reclaim'`;
}

/** Arms a rule that was just saved with a preview of the very same definition that ended since a moment. */
export async function armFromDraft(tx: Transaction, ruleId: string, since: Date): Promise<void> {
  await tx.$executeRaw`
    UPDATE reclaim_rules rule SET armed_revision = rule.revision, armed_by_run_id = preview.id
    FROM runs preview
    WHERE rule.id = ${ruleId} AND rule.definition #>> '{schedule,kind}' <> 'manual' AND rule.definition ->> 'effect' = 'reclaim'
      AND rule.armed_revision IS DISTINCT FROM rule.revision
      AND preview.id = (
        SELECT run.id FROM runs run
        WHERE run.space_id = rule.space_id AND run.kind = 'reclaim' AND run.is_dry_run AND run.status = 'succeeded'
          AND run.created_at >= ${since} AND run.options #> '{draft,definition}' = rule.definition
        ORDER BY run.created_at DESC LIMIT 1)`;
}
