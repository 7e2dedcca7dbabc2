// A plan made again, laid beside the one that its run has: its rows wait in a temporary table that goes with the connection.
import type { BulkConnection } from "@/server/platform/db/bulk-connection";
import { CopyWriter } from "@/server/platform/db/copy-writer";
import { PLAN_COLUMNS, type PlanRow, writePlanRow } from "./plan-row-bytes";
import { RunStopped } from "./run-context";

/** Makes the table in which rows wait; it goes with the connection. */
export async function createPlanRows(db: BulkConnection): Promise<void> {
  await db.query(
    `CREATE TEMPORARY TABLE plan_rows (
       number int, action text, repository_name text, digest text, kind text, tags text[], selected_tags text[], reason jsonb, reason_code text,
       members jsonb, rule_id text, pushed_at timestamptz, last_pulled_at timestamptz, image_created_at timestamptz)`,
  );
}

/** Adds rows to those that wait, numbered from `first`; what stays is left out. */
export function copyPlanRows(db: BulkConnection, first: number, rows: readonly PlanRow[]): Promise<void> {
  const writer = new CopyWriter();
  for (const [index, row] of rows.entries()) {
    if (row.action === "keep") continue;
    writer.row(1 + PLAN_COLUMNS.length);
    writer.int4(first + index);
    writePlanRow(writer, row);
  }
  return db.copyInRows(`plan_rows (number, ${PLAN_COLUMNS})`, [writer.take()]);
}

/** Takes rows that wait away again, by their numbers. */
export async function dropPlanRows(db: BulkConnection, numbers: readonly number[]): Promise<void> {
  await db.query("DELETE FROM plan_rows WHERE number = ANY($1::int[])", [`{${numbers.join(",")}}`]);
}

/** So many items are compared in one transaction: the run's row is locked meanwhile, and its heartbeat waits. */
const ROWS_AT_ONCE = 10_000;

/**
 * Of a run's planned items skips those that the rows that wait do not take as they were planned, with the reason `why`: other rows say more
 * or the same of an image, never less. Answers how many; a second call finds none.
 * @throws RunStopped fenced when the run is another claim's by now, the signal's reason when it aborts
 */
export async function skipUnplanned(
  db: BulkConnection,
  run: { id: string; epoch: number },
  why: string,
  signal: AbortSignal,
): Promise<number> {
  await db.query("CREATE INDEX ON plan_rows (repository_name, digest)");
  await db.query("ANALYZE plan_rows (repository_name, digest)");
  const [last] = await db.query<{ ordinal: number | null }>(
    "SELECT max(ordinal) AS ordinal FROM run_items WHERE run_id = $1 AND state = 'planned'",
    [run.id],
  );
  let skipped = 0;
  for (let start = 0; start <= (last?.ordinal ?? -1); start += ROWS_AT_ONCE) {
    signal.throwIfAborted();
    const [held] = await db.query<{ held: string; skipped: string }>(
      `WITH held AS MATERIALIZED (SELECT id FROM runs WHERE id = $1 AND epoch = $2 AND status = 'running' FOR NO KEY UPDATE),
       skipped AS (
         UPDATE run_items i SET state = 'skipped_stale', error = $3, updated_at = now()
         FROM held
         WHERE i.run_id = held.id AND i.state = 'planned' AND i.ordinal >= $4 AND i.ordinal < $5 AND NOT EXISTS (
           SELECT 1 FROM plan_rows p
           WHERE p.repository_name = i.repository_name AND p.digest = i.digest
             AND p.action IN (i.action, 'recycle') AND i.selected_tags <@ p.selected_tags
             AND NOT EXISTS (
               SELECT 1 FROM jsonb_array_elements(i.members) planned JOIN jsonb_array_elements(p.members) stays
                 ON stays ->> 'digest' = planned ->> 'digest'
               WHERE planned -> 'stays' = 'false' AND stays -> 'stays' = 'true'))
         RETURNING 1
       )
       SELECT (SELECT count(*) FROM held) AS held, (SELECT count(*) FROM skipped) AS skipped`,
      [run.id, run.epoch, why, start, start + ROWS_AT_ONCE],
    );
    if (held?.held !== "1") throw new RunStopped("fenced");
    skipped += Number(held.skipped);
  }
  return skipped;
}
