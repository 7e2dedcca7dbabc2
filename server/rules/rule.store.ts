import { type Prisma, prisma, type Transaction } from "@/server/platform/db/prisma";

export type RuleRecord = Prisma.ReclaimRuleGetPayload<object>;

export function listRuleRows(workspaceId: string, spaceId: string): Promise<RuleRecord[]> {
  return prisma().reclaimRule.findMany({ where: { workspaceId, spaceId }, orderBy: { slot: "asc" } });
}

export function findRule(workspaceId: string, spaceId: string, ruleId: string): Promise<RuleRecord | null> {
  return prisma().reclaimRule.findFirst({ where: { id: ruleId, workspaceId, spaceId } });
}

/** Rules of a space, disabled ones included. */
export function countRules(tx: Transaction, spaceId: string): Promise<number> {
  return tx.reclaimRule.count({ where: { spaceId } });
}

export async function listRuleNames(spaceId: string): Promise<string[]> {
  const rows = await prisma().reclaimRule.findMany({ where: { spaceId }, select: { name: true } });
  return rows.map((rule) => rule.name);
}

/**
 * Waits for whoever adds rules to the space right now: of those who do so at once each finds another slot free. False = the space was
 * removed meanwhile.
 */
export async function awaitTurnToAdd(tx: Transaction, spaceId: string): Promise<boolean> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM spaces WHERE id = ${spaceId} AND removed_at IS NULL FOR NO KEY UPDATE`;
  return rows.length === 1;
}

/** The lowest free slot of 1…15, or null when the space is full. */
export async function findFreeSlot(tx: Transaction, spaceId: string, maximum: number): Promise<number | null> {
  const taken = new Set(
    (await tx.reclaimRule.findMany({ where: { spaceId }, select: { slot: true } })).map((rule) => rule.slot),
  );
  for (let slot = 1; slot <= maximum; slot++) if (!taken.has(slot)) return slot;
  return null;
}

export interface RuleWrite {
  id: string;
  workspaceId: string;
  spaceId: string;
  name: string;
  definition: Prisma.InputJsonValue;
  isEnabled: boolean;
  revision: number;
  byName: string;
  /** when its schedule comes due next */
  nextRunAt: Date | null;
  /** the revision that a preview armed, this one or an earlier one */
  armedRevision: number | null;
}

export async function insertRule(tx: Transaction, slot: number, rule: RuleWrite): Promise<void> {
  const { byName, ...row } = rule;
  await tx.reclaimRule.create({ data: { ...row, slot, updatedByName: byName } });
  await insertRevision(tx, rule);
}

/** False = it was changed or deleted meanwhile: the revision that was edited is no longer the current one. */
export async function updateRuleRow(tx: Transaction, editedRevision: number, rule: RuleWrite): Promise<boolean> {
  const { id, workspaceId, spaceId, name, definition, isEnabled, revision, byName, nextRunAt, armedRevision } = rule;
  const { count } = await tx.reclaimRule.updateMany({
    where: { id, workspaceId, spaceId, revision: editedRevision },
    data: { name, definition, isEnabled, revision, updatedByName: byName, nextRunAt, armedRevision },
  });
  if (count === 0) return false;
  if (revision !== editedRevision) await insertRevision(tx, rule);
  return true;
}

export async function deleteRuleRow(
  tx: Transaction,
  workspaceId: string,
  spaceId: string,
  ruleId: string,
  onlyRevision: number | undefined,
): Promise<boolean> {
  const revision = onlyRevision === undefined ? {} : { revision: onlyRevision };
  const { count } = await tx.reclaimRule.deleteMany({ where: { id: ruleId, workspaceId, spaceId, ...revision } });
  return count === 1;
}

async function insertRevision(tx: Transaction, rule: RuleWrite): Promise<void> {
  const { id: ruleId, revision, workspaceId, spaceId, name, definition, byName: createdByName } = rule;
  await tx.ruleRevision.create({ data: { ruleId, revision, workspaceId, spaceId, name, definition, createdByName } });
}

export interface LastRunOfRule {
  ruleId: string;
  runId: string;
  status: string;
  finishedAt: Date | null;
  movedCount: number;
  movedBytes: number;
}

/** The latest run (no dry run) that each rule took part in, and what it moved for that rule. */
export async function listLastRuns(workspaceId: string, spaceId: string): Promise<LastRunOfRule[]> {
  const rows = await prisma().$queryRaw<(Omit<LastRunOfRule, "movedBytes"> & { movedBytes: bigint })[]>`
    SELECT rule.id AS "ruleId", run.id AS "runId", run.status::text AS status, run.finished_at AS "finishedAt",
      moved.count AS "movedCount", moved.bytes AS "movedBytes"
    FROM reclaim_rules rule
    CROSS JOIN LATERAL (
      SELECT r.id, r.status, r.finished_at FROM runs r
      WHERE r.space_id = rule.space_id AND r.kind = 'reclaim' AND NOT r.is_dry_run
        AND r.options->'ruleIds' @> to_jsonb(rule.id)
      ORDER BY r.created_at DESC LIMIT 1
    ) run
    CROSS JOIN LATERAL (
      SELECT count(*)::int AS count, coalesce(sum(i.size_bytes), 0)::bigint AS bytes
      FROM run_items i WHERE i.run_id = run.id AND i.rule_id = rule.id AND i.state = 'done'
    ) moved
    WHERE rule.workspace_id = ${workspaceId} AND rule.space_id = ${spaceId}`;
  return rows.map((row) => ({ ...row, movedBytes: Number(row.movedBytes) }));
}
