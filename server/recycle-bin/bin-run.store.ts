// Entries as runs take them and give them back.
import type { BinFilterDto } from "@/contracts/recycle-bin";
import { Prisma, prisma, type Transaction } from "@/server/platform/db/prisma";
import { binConditions } from "./bin-filter.store";
import { ARRIVED } from "./entry-state.store";

export interface ChosenEntry {
  id: string;
  state: string;
  repositoryName: string;
  digest: string;
  kind: string;
  sizeBytes: bigint;
  reason: unknown;
  ruleId: string | null;
  pushedAt: Date | null;
  lastPulledAt: Date | null;
}

const COLUMNS = Prisma.sql`id, state::text, repository_name AS "repositoryName", digest, kind, size_bytes AS "sizeBytes", reason,
  rule_id AS "ruleId", pushed_at AS "pushedAt", last_pulled_at AS "lastPulledAt"`;

/** Entries of a space by id, locked until the transaction ends, oldest first. Unknown and foreign ids are simply not there. */
export function lockEntries(
  tx: Transaction,
  space: { id: string; workspaceId: string },
  entryIds: readonly string[],
): Promise<ChosenEntry[]> {
  return tx.$queryRaw<ChosenEntry[]>`
    SELECT ${COLUMNS} FROM bin_entries e WHERE id = ANY(${[...entryIds]}) AND space_id = ${space.id} AND workspace_id = ${space.workspaceId}
    ORDER BY id FOR UPDATE`;
}

/** What a filter finds held in a space now, but for some; locked until the transaction ends, at most so many, oldest first. */
export function lockFilteredEntries(
  tx: Transaction,
  space: { id: string; workspaceId: string },
  filter: BinFilterDto,
  exceptIds: readonly string[],
  limit: number,
): Promise<ChosenEntry[]> {
  return tx.$queryRaw<ChosenEntry[]>`
    SELECT ${COLUMNS} FROM bin_entries e
    WHERE ${binConditions({ workspaceId: space.workspaceId, spaceId: space.id }, filter)} AND e.state = 'held'
      AND e.id <> ALL(${[...exceptIds]})
    ORDER BY e.id LIMIT ${limit} FOR UPDATE`;
}

/** The ids that a filter finds held in a space, but for some; at most so many. */
export async function findFilteredIds(
  space: { id: string; workspaceId: string },
  filter: BinFilterDto,
  exceptIds: readonly string[],
  limit: number,
): Promise<string[]> {
  const rows = await prisma().$queryRaw<{ id: string }[]>`
    SELECT e.id FROM bin_entries e
    WHERE ${binConditions({ workspaceId: space.workspaceId, spaceId: space.id }, filter)} AND e.state = 'held'
      AND e.id <> ALL(${[...exceptIds]})
    ORDER BY e.id LIMIT ${limit}`;
  return rows.map((row) => row.id);
}

/**
 * What a run moved to the bin and is held there, locked until the transaction ends, oldest first. Not what it says something about: an image
 * that was pushed again, or of which nobody knows how much left its repository.
 */
export function lockEntriesOfRun(tx: Transaction, run: { id: string; workspaceId: string }): Promise<ChosenEntry[]> {
  return tx.$queryRaw<ChosenEntry[]>`
    SELECT ${COLUMNS} FROM bin_entries e
    WHERE run_id = ${run.id} AND workspace_id = ${run.workspaceId} AND state = 'held' AND id NOT IN (
      SELECT i.bin_entry_id FROM run_items i
      WHERE i.run_id = ${run.id} AND i.action = 'recycle' AND i.bin_entry_id IS NOT NULL
        AND (i.state <> 'done' OR i.error IS NOT NULL))
    ORDER BY id FOR UPDATE`;
}

export function findEntryTags(
  tx: Transaction,
  entryIds: readonly string[],
): Promise<{ entryId: string; name: string }[]> {
  return tx.$queryRaw<{ entryId: string; name: string }[]>`
    SELECT entry_id AS "entryId", name FROM bin_entry_tags WHERE entry_id = ANY(${[...entryIds]}) ORDER BY entry_id, name`;
}

export async function claimEntries(
  tx: Transaction,
  entryIds: readonly string[],
  state: "restoring" | "purging",
): Promise<void> {
  await tx.$executeRaw`UPDATE bin_entries SET state = ${state}::"BinEntryState" WHERE id = ANY(${[...entryIds]})`;
}

/** Entries of items that a stopped run did not begin are as they were before it. */
export async function releaseLeftOutEntries(runId: string): Promise<void> {
  await prisma().$executeRaw`
    UPDATE bin_entries SET state = CASE WHEN recycled_at IS NULL THEN 'recycling' ELSE 'held' END::"BinEntryState"
    WHERE state IN ('restoring', 'purging')
      AND id IN (SELECT bin_entry_id FROM run_items WHERE run_id = ${runId} AND state = 'left_out')`;
}

/**
 * Gives back what no unfinished run has any more (a run cancelled before it was begun, or given up): a restore or purge is
 * undone in name, and an image that had begun to leave its source is in the bin, where its verified copy is.
 */
export async function releaseStrandedEntries(): Promise<void> {
  await prisma().$transaction([
    prisma().$executeRaw`
      UPDATE bin_entries e SET problem_action = i.action, problem_text = coalesce(i.error, 'the run ended in the middle of it'),
        problem_run_id = r.id, problem_at = now()
      FROM run_items i JOIN runs r ON r.id = i.run_id
      WHERE i.state = 'moving' AND r.finished_at IS NOT NULL AND i.action IN ('recycle', 'restore', 'purge')
        AND e.id = i.bin_entry_id AND e.ended_at IS NULL`,
    prisma().$executeRaw`
      UPDATE bin_entries e SET state = CASE WHEN recycled_at IS NULL THEN 'recycling' ELSE 'held' END::"BinEntryState"
      WHERE e.state IN ('restoring', 'purging') AND NOT EXISTS (
        SELECT 1 FROM run_items i JOIN runs r ON r.id = i.run_id
        WHERE i.workspace_id = e.workspace_id AND i.bin_entry_id = e.id AND i.digest = e.digest
          AND i.action IN ('restore', 'purge') AND r.finished_at IS NULL)`,
    prisma().$executeRaw`
      UPDATE bin_entries e SET ${ARRIVED} FROM runs r, spaces s
      WHERE e.state = 'recycling' AND r.id = e.run_id AND r.finished_at IS NOT NULL AND s.id = e.space_id
        AND EXISTS (SELECT 1 FROM bin_entry_manifests m WHERE m.entry_id = e.id AND m.is_removed_at_source)`,
    prisma().$executeRaw`
      UPDATE run_items i SET state = 'failed', step = NULL, error = coalesce(i.error, 'the run ended in the middle of it'), updated_at = now()
      FROM runs r WHERE r.id = i.run_id AND i.state = 'moving' AND r.finished_at IS NOT NULL`,
  ]);
}

/** After a purge of its own accord that failed or was cancelled, a space is left alone for so long. */
const PURGE_PAUSE = "15 minutes";

/**
 * Entries to purge, by space, at most so many: those whose time is up, and half-made ones whose run ended without being able
 * to take its copy away. Spaces whose last try failed a moment ago come later: a registry that refuses would else be asked, and
 * a run with all its items written, every few seconds, before those of all others.
 */
export function listDueEntries(
  now: Date,
  limit: number,
): Promise<{ workspaceId: string; spaceId: string; entryIds: string[] }[]> {
  return prisma().$queryRaw`
    SELECT due.workspace_id AS "workspaceId", due.space_id AS "spaceId", array_agg(due.id ORDER BY due.id) AS "entryIds"
    FROM (
      SELECT e.id, e.workspace_id, e.space_id FROM bin_entries e
      WHERE ((e.state = 'held' AND e.purge_after <= ${now})
        OR (e.state = 'recycling' AND EXISTS (SELECT 1 FROM runs r WHERE r.id = e.run_id AND r.finished_at IS NOT NULL)
          AND NOT EXISTS (SELECT 1 FROM bin_entry_manifests m WHERE m.entry_id = e.id AND m.is_removed_at_source)))
        AND e.space_id NOT IN (
          SELECT r.space_id FROM runs r WHERE r.kind = 'purge' AND r.trigger = 'schedule'
            AND r.finished_at > ${now}::timestamptz - ${PURGE_PAUSE}::interval AND (r.error IS NOT NULL OR r.status = 'cancelled'))
      ORDER BY e.purge_after NULLS FIRST, e.id LIMIT ${limit}
    ) due GROUP BY due.workspace_id, due.space_id ORDER BY due.space_id`;
}
