// Runs that wait for a confirmation: into waiting under the epoch of their worker, out of it by one compare-and-set.

import type { RunStatus } from "@/domain/history/run-status";
import { storableJson } from "@/lib/storable";
import { prisma, type Transaction } from "@/server/platform/db/prisma";
import type { AskedConfirmation } from "./run.store";

/** Lets a run wait, free of its worker. False = fenced, or somebody asked it to stop. */
export async function beginToWait(run: { id: string; epoch: number }, asked: AskedConfirmation): Promise<boolean> {
  const rows = await prisma().$queryRaw<{ id: string }[]>`
    WITH run AS (
      UPDATE runs SET status = 'awaiting_confirmation', worker_id = NULL, last_sequence = last_sequence + 1,
        confirmation = ${storableJson(asked)}::jsonb, confirm_before = ${asked.expiresAt}::timestamptz
      WHERE id = ${run.id} AND epoch = ${run.epoch} AND status = 'running' AND cancel_requested_at IS NULL
      RETURNING id, workspace_id, last_sequence
    ), logged AS (
      INSERT INTO run_events (run_id, sequence, workspace_id, kind, data)
      SELECT id, last_sequence, workspace_id, 'awaiting_confirmation', ${storableJson(asked)}::jsonb FROM run
    )
    SELECT id FROM run`;
  return rows.length === 1;
}

/**
 * Puts a waiting run into the queue again. Null = it does not wait (any more), or its time was up at `now`.
 * @throws the unique violation of another reclaim that is active in the space
 */
export async function confirmWaiting(
  tx: Transaction,
  workspaceId: string,
  runId: string,
  by: string,
  now: Date,
): Promise<{ id: string; epoch: number } | null> {
  const rows = await tx.$queryRaw<{ id: string; epoch: number }[]>`
    WITH run AS (
      UPDATE runs SET status = 'queued', confirmed_at = ${now}, confirmed_by_name = ${by}, last_sequence = last_sequence + 1
      WHERE id = ${runId} AND workspace_id = ${workspaceId} AND status = 'awaiting_confirmation' AND confirm_before > ${now}
      RETURNING id, workspace_id, last_sequence, epoch
    ), logged AS (
      INSERT INTO run_events (run_id, sequence, workspace_id, kind, data)
      SELECT id, last_sequence, workspace_id, 'confirmed', ${storableJson({ by })}::jsonb FROM run
    )
    SELECT id, epoch FROM run`;
  return rows[0] ?? null;
}

/** A reclaim of a space that is not over, dry ones left out; one that waits for a confirmation first. */
export function findActiveReclaim(
  spaceId: string,
  tx: Transaction = prisma(),
): Promise<{ id: string; status: RunStatus } | null> {
  return tx.run.findFirst({
    where: { spaceId, kind: "reclaim", isDryRun: false, finishedAt: null },
    select: { id: true, status: true },
    orderBy: [{ status: "desc" }, { createdAt: "asc" }],
  });
}

/** Cancels what nobody confirmed in time; what was planned stays where it is. Answers how many. */
export async function cancelUnconfirmed(now: Date): Promise<number> {
  const error = {
    code: "not_confirmed",
    message: "Nobody confirmed the run in time, so nothing was moved. Start it again to look at it as it is now.",
  };
  const rows = await prisma().$queryRaw<{ id: string }[]>`
    WITH run AS (
      UPDATE runs SET status = 'cancelled', finished_at = ${now}, last_sequence = last_sequence + 1,
        error = ${storableJson(error)}::jsonb
      WHERE status = 'awaiting_confirmation' AND confirm_before <= ${now}
      RETURNING id, workspace_id, last_sequence
    ), left_out AS (
      UPDATE run_items i SET state = 'left_out', error = 'nobody confirmed the run', updated_at = now()
      FROM run WHERE i.run_id = run.id AND i.state = 'planned'
    ), logged AS (
      INSERT INTO run_events (run_id, sequence, workspace_id, kind, data)
      SELECT id, last_sequence, workspace_id, 'finished', ${storableJson({ status: "cancelled", ...error })}::jsonb FROM run
    )
    SELECT id FROM run`;
  return rows.length;
}

/**
 * Asks every reclaim of the platform to stop, and every purge that nobody asked for: a reclaim that has not begun ends at once, a running
 * one is asked. So is a purge, begun or not: only its executor gives its entries back. A reclaim that waits for a confirmation goes on
 * waiting, and cannot be confirmed. Dry runs move nothing and go on.
 */
export async function askReclaimsToStop(
  tx: Transaction,
  stop: { by: string; reason: string },
): Promise<{ ended: number; asked: number }> {
  const error = { code: "reclaim_stopped", message: stop.reason };
  const ended = await tx.$queryRaw<{ id: string }[]>`
    WITH run AS (
      UPDATE runs SET status = 'cancelled', finished_at = now(), cancel_requested_at = now(), cancel_requested_by = ${stop.by},
        cancel_reason = ${stop.reason}, last_sequence = last_sequence + 1, error = ${storableJson(error)}::jsonb
      WHERE kind = 'reclaim' AND NOT is_dry_run AND status = 'queued' AND epoch = 0 AND finished_at IS NULL
      RETURNING id, workspace_id, last_sequence
    ), logged AS (
      INSERT INTO run_events (run_id, sequence, workspace_id, kind, data)
      SELECT id, last_sequence, workspace_id, 'finished', ${storableJson({ status: "cancelled", ...error })}::jsonb FROM run
    )
    SELECT id FROM run`;
  const { count } = await tx.run.updateMany({
    where: {
      ...{ isDryRun: false, finishedAt: null, cancelRequestedAt: null, status: { in: ["queued", "running"] } },
      OR: [{ kind: "reclaim" }, { kind: "purge", trigger: "schedule" }],
    },
    data: { cancelRequestedAt: new Date(), cancelRequestedBy: stop.by, cancelReason: stop.reason },
  });
  return { ended: ended.length, asked: count };
}
