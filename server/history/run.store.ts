// PostgreSQL owns every transition of a run. Each write of a worker names the epoch it claimed under and changes no row
// once somebody else has claimed the run: zero rows mean "stop writing".

import type { RunDto, RunNumbers } from "@/contracts/history";
import type { RunKind, RunStatus, TerminalStatus } from "@/domain/history/run-status";
import { storableJson } from "@/lib/storable";
import { type Prisma, prisma, type Transaction } from "@/server/platform/db/prisma";

export type RunRecord = Prisma.RunGetPayload<object>;

/** What a run asks to be confirmed, as its row keeps it. */
export type AskedConfirmation = Omit<NonNullable<RunDto["confirmation"]>, "confirmedAt" | "confirmedByName">;

export interface NewRun {
  id: string;
  workspaceId: string;
  spaceId: string;
  registryId: string;
  kind: RunKind;
  isDryRun: boolean;
  trigger: string;
  options: Record<string, unknown>;
  requestedById: string | null;
  requestedByName: string;
  frozenNow: Date;
}

/** Keeps a space from being removed until this transaction ends; false where it was removed already. */
export async function holdSpace(tx: Transaction, workspaceId: string, spaceId: string): Promise<boolean> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM spaces WHERE id = ${spaceId} AND workspace_id = ${workspaceId} AND removed_at IS NULL FOR KEY SHARE`;
  return rows.length === 1;
}

export function insertRun(tx: Transaction, run: NewRun): Promise<RunRecord> {
  return tx.run.create({ data: { ...run, options: run.options as Prisma.InputJsonValue } });
}

export function findRun(workspaceId: string, runId: string): Promise<RunRecord | null> {
  return prisma().run.findFirst({ where: { id: runId, workspaceId } });
}

/** For the worker, which knows a run by its job only. */
export function findRunById(runId: string): Promise<RunRecord | null> {
  return prisma().run.findUnique({ where: { id: runId } });
}

/** Takes a queued run, or one whose worker fell silent, under a new epoch. Null = somebody else has it, or it ended. */
export async function claimRun(runId: string, workerId: string, staleSeconds: number): Promise<RunRecord | null> {
  const rows = await prisma().$queryRaw<{ id: string }[]>`
    UPDATE runs SET status = 'running', epoch = epoch + 1, worker_id = ${workerId}, heartbeat_at = now(),
                    started_at = coalesce(started_at, now())
    WHERE id = ${runId} AND finished_at IS NULL
      AND (status = 'queued' OR (status = 'running' AND heartbeat_at < now() - make_interval(secs => ${staleSeconds})))
    RETURNING id`;
  return rows.length === 1 ? findRunById(runId) : null;
}

/** Null = fenced: this worker no longer owns the run. */
export async function heartbeatRun(runId: string, epoch: number): Promise<{ cancelRequestedAt: Date | null } | null> {
  const rows = await prisma().$queryRaw<{ cancel_requested_at: Date | null }[]>`
    UPDATE runs SET heartbeat_at = now() WHERE id = ${runId} AND epoch = ${epoch} AND status = 'running'
    RETURNING cancel_requested_at`;
  const row = rows[0];
  return row ? { cancelRequestedAt: row.cancel_requested_at } : null;
}

export interface RunWrite {
  phase?: string | undefined;
  progress?: RunNumbers | undefined;
  totals?: RunNumbers | undefined;
  events?: readonly { kind: string; data: Record<string, unknown> }[];
}

/** Progress, totals and log lines in one statement, so that a reader never sees one without the other. False = fenced. */
export async function writeRun(runId: string, epoch: number, write: RunWrite): Promise<boolean> {
  const events = write.events ?? [];
  const rows = await prisma().$queryRaw<{ last_sequence: number }[]>`
    WITH run AS (
      UPDATE runs SET last_sequence = last_sequence + ${events.length},
        phase = coalesce(${write.phase ?? null}, phase),
        progress = coalesce(${write.progress ? JSON.stringify(write.progress) : null}::jsonb, progress),
        totals = coalesce(${write.totals ? JSON.stringify(write.totals) : null}::jsonb, totals)
      WHERE id = ${runId} AND epoch = ${epoch} AND status = 'running'
      RETURNING id, workspace_id, last_sequence
    ), logged AS (
      INSERT INTO run_events (run_id, sequence, workspace_id, kind, data)
      SELECT run.id, run.last_sequence - ${events.length} + event.position::int, run.workspace_id, event.kind, event.data::jsonb
      FROM run, unnest(${events.map((e) => e.kind)}::text[], ${events.map((e) => storableJson(e.data))}::text[])
        WITH ORDINALITY AS event(kind, data, position)
    )
    SELECT last_sequence FROM run`;
  return rows.length === 1;
}

/** Ends a run that this worker owns. False = fenced, or it ended already. */
export async function finishRun(
  runId: string,
  epoch: number,
  outcome: { status: TerminalStatus; error: { code: string; message: string } | null },
): Promise<boolean> {
  const rows = await prisma().$queryRaw<{ id: string }[]>`
    WITH run AS (
      UPDATE runs SET status = ${outcome.status}::"RunStatus", finished_at = now(), last_sequence = last_sequence + 1,
        error = coalesce(${outcome.error ? storableJson(outcome.error) : null}::jsonb,
          CASE WHEN ${outcome.status} = 'cancelled' AND cancel_reason IS NOT NULL
            THEN jsonb_build_object('code', 'reclaim_stopped', 'message', cancel_reason) END)
      WHERE id = ${runId} AND epoch = ${epoch} AND status = 'running'
      RETURNING id, workspace_id, last_sequence, status
    ), logged AS (
      INSERT INTO run_events (run_id, sequence, workspace_id, kind, data)
      SELECT id, last_sequence, workspace_id, 'finished', ${storableJson({ status: outcome.status, ...(outcome.error ?? {}) })}::jsonb FROM run
    )
    SELECT id FROM run`;
  return rows.length === 1;
}

/** Gives a run back to the queue (shutdown). The next claim raises the epoch. */
export async function releaseRun(runId: string, epoch: number): Promise<boolean> {
  const { count } = await prisma().run.updateMany({
    where: { id: runId, epoch, status: "running" },
    data: { status: "queued", workerId: null },
  });
  return count === 1;
}

/**
 * The ladder of a cancel: a queued run, or one that waits for a confirmation, ends at once; a running one is asked. Idempotent; an ended
 * run stays as it is.
 */
export async function requestCancel(
  tx: Transaction,
  workspaceId: string,
  runId: string,
  by: string,
): Promise<"ended" | "asked" | "finished_before"> {
  const ended = await tx.$queryRaw<{ id: string }[]>`
    WITH run AS (
      UPDATE runs SET status = 'cancelled', finished_at = now(), cancel_requested_at = now(), cancel_requested_by = ${by},
        last_sequence = last_sequence + 1
      WHERE id = ${runId} AND workspace_id = ${workspaceId}
        AND ((status = 'queued' AND epoch = 0) OR status = 'awaiting_confirmation')
      RETURNING id, workspace_id, last_sequence
    ), left_out AS (
      UPDATE run_items i SET state = 'left_out', error = 'the run was cancelled', updated_at = now()
      FROM run WHERE i.run_id = run.id AND i.state = 'planned'
    ), logged AS (
      INSERT INTO run_events (run_id, sequence, workspace_id, kind, data)
      SELECT id, last_sequence, workspace_id, 'finished', '{"status":"cancelled"}'::jsonb FROM run
    )
    SELECT id FROM run`;
  if (ended.length === 1) return "ended";
  const { count } = await tx.run.updateMany({
    where: { id: runId, workspaceId, finishedAt: null, cancelRequestedAt: null },
    data: { cancelRequestedAt: new Date(), cancelRequestedBy: by },
  });
  if (count === 1) return "asked";
  const run = await tx.run.findFirst({ where: { id: runId, workspaceId }, select: { finishedAt: true } });
  return run?.finishedAt ? "finished_before" : "asked";
}

/** Row and later events in one snapshot, so that a finished run never comes without its last lines. */
export async function readRunSince(workspaceId: string, runId: string, afterSequence: number, limit: number) {
  const run = await prisma().run.findFirst({
    where: { id: runId, workspaceId },
    include: { events: { where: { sequence: { gt: afterSequence } }, orderBy: { sequence: "asc" }, take: limit } },
  });
  if (!run) return null;
  const { events, ...row } = run;
  // Prisma reads the row first and the lines after it. Lines up to the row's own `lastSequence` were committed with it,
  // so dropping later ones gives the same answer as one statement would.
  return { run: row, events: events.filter((event) => event.sequence <= row.lastSequence) };
}

/** Runs that wait for a worker, or whose worker fell silent: what the reconciler puts back into the queue. */
export function listRunsToEnqueue(
  staleSeconds: number,
  limit: number,
): Promise<{ id: string; epoch: number; status: RunStatus }[]> {
  return prisma().$queryRaw`
    SELECT id, epoch, status FROM runs
    WHERE finished_at IS NULL
      AND (status = 'queued' OR (status = 'running' AND heartbeat_at < now() - make_interval(secs => ${staleSeconds})))
    ORDER BY created_at LIMIT ${limit}`;
}

/** One run of those that `listRunsToEnqueue` lists; null where it is none of them. */
export async function findRunToEnqueue(
  runId: string,
  staleSeconds: number,
): Promise<{ id: string; epoch: number } | null> {
  const rows = await prisma().$queryRaw<{ id: string; epoch: number }[]>`
    SELECT id, epoch FROM runs WHERE id = ${runId} AND finished_at IS NULL
      AND (status = 'queued' OR (status = 'running' AND heartbeat_at < now() - make_interval(secs => ${staleSeconds})))`;
  return rows[0] ?? null;
}
