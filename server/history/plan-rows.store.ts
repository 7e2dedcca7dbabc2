// The plan of a run on its way into the database. What a repository decides is written as it comes; order, limits and sizes are known
// only at the end. So rows wait in a temporary table, and get their numbers as they are moved into the run: no memory grows with
// them, and a worker that dies leaves nothing behind.
import type { BulkConnection } from "@/server/platform/db/bulk-connection";
import { RunStopped } from "./run-context";
import type { NewRunItem } from "./run-item.store";

/** A row of a plan before its numbers are known. */
export type PlanRow = Omit<
  NewRunItem,
  "ordinal" | "state" | "sizeBytes" | "uniqueBytes" | "ownBytes" | "sharedBytes" | "binEntryId" | "error"
>;

/** What the end of planning says of one row. */
interface PlanRowNumbers {
  ordinal: number;
  state: NewRunItem["state"];
  sizeBytes: number;
  uniqueBytes: number;
  ownBytes: number;
  error: string | null;
}

const COLUMNS =
  "action, repository_name, digest, kind, tags, selected_tags, reason, reason_code, members, rule_id, pushed_at, last_pulled_at, image_created_at";

/** Makes the table in which rows wait; it goes with the connection. */
export async function createPlanRows(db: BulkConnection): Promise<void> {
  await db.query(
    `CREATE TEMPORARY TABLE plan_rows (
       number int, action text, repository_name text, digest text, kind text, tags text[], selected_tags text[], reason jsonb, reason_code text,
       members jsonb, rule_id text, pushed_at timestamptz, last_pulled_at timestamptz, image_created_at timestamptz)`,
  );
}

/** Adds rows to those that wait, numbered from `first`. Each is turned to text as it is sent. */
export function copyPlanRows(db: BulkConnection, first: number, rows: readonly PlanRow[]): Promise<void> {
  return db.copyIn(`plan_rows (number, ${COLUMNS})`, linesOf(first, rows));
}

const ROWS_A_CHUNK = 100;

function* linesOf(first: number, rows: readonly PlanRow[]): Generator<string> {
  for (let start = 0; start < rows.length; start += ROWS_A_CHUNK) {
    let lines = "";
    for (const [index, row] of rows.slice(start, start + ROWS_A_CHUNK).entries())
      lines += lineOf(first + start + index, row);
    yield lines;
  }
}

function lineOf(number: number, row: PlanRow): string {
  const columns = [
    ...[row.action, row.repositoryName, row.digest, row.kind, arrayLiteral(row.tags), arrayLiteral(row.selectedTags)],
    ...[JSON.stringify(row.reason), row.reason.code, JSON.stringify(row.members), row.ruleId],
    ...[row.pushedAt, row.lastPulledAt, row.imageCreatedAt ?? null],
  ];
  return `${number}\t${columns.map(columnText).join("\t")}\n`;
}

function columnText(value: string | null): string {
  if (value === null) return "\\N";
  // Few have anything to escape, and looking is cheaper than replacing.
  return NEEDS_ESCAPE.test(value) ? value.replace(ESCAPED, escaped) : value;
}

const NEEDS_ESCAPE = /[\\\n\r\t]/;
const ESCAPED = /[\\\n\r\t]/g;
const ESCAPES: Record<string, string> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };
const escaped = (character: string) => ESCAPES[character] ?? character;

function arrayLiteral(texts: readonly string[]): string {
  if (texts.length === 0) return "{}";
  return `{"${texts.map((text) => (/["\\]/.test(text) ? text.replace(/["\\]/g, "\\$&") : text)).join('","')}"}`;
}

/** So many rows become items in one transaction: the run's row is locked meanwhile, and its heartbeat waits. */
const ROWS_AT_ONCE = 10_000;

/**
 * Moves the rows that wait into the run, each with its numbers, while the run is this claim's.
 * @throws RunStopped fenced when it is another's by now, the signal's reason when it aborts
 */
export async function movePlanRows(
  db: BulkConnection,
  run: { id: string; workspaceId: string; epoch: number },
  rowCount: number,
  numbersOf: (row: number) => PlanRowNumbers,
  signal: AbortSignal,
): Promise<void> {
  await db.query("CREATE INDEX ON plan_rows (number)");
  await db.query("ANALYZE plan_rows (number)");
  for (let start = 0; start < rowCount; start += ROWS_AT_ONCE) {
    signal.throwIfAborted();
    const end = Math.min(start + ROWS_AT_ONCE, rowCount);
    const numbers = Array.from({ length: end - start }, (_, index) => numbersOf(start + index));
    const list = (pick: (one: PlanRowNumbers) => number) => `{${numbers.map(pick).join(",")}}`;
    // A claim that another one raised the epoch of waits for this lock, or is seen here: it never finds rows that come later.
    const [held] = await db.query<{ moved: string }>(
      `WITH held AS MATERIALIZED (SELECT id FROM runs WHERE id = $1 AND epoch = $2 AND status = 'running' FOR NO KEY UPDATE),
       moved AS (
         INSERT INTO run_items (run_id, workspace_id, ordinal, state, size_bytes, unique_bytes, own_bytes, shared_bytes, error, ${COLUMNS})
         SELECT held.id, $3, n.ordinal, n.state, n.size, n.unq, n.own, n.size - n.own, n.error, ${COLUMNS}
         FROM held, plan_rows
         JOIN unnest($6::int[], $7::text[], $8::bigint[], $9::bigint[], $10::bigint[], $11::text[]) WITH ORDINALITY
           AS n(ordinal, state, size, unq, own, error, index) ON plan_rows.number = $4 + n.index - 1
         WHERE plan_rows.number >= $4 AND plan_rows.number < $5
       )
       SELECT count(*) AS moved FROM held`,
      [
        ...[
          run.id,
          run.epoch,
          run.workspaceId,
          start,
          end,
          list((one) => one.ordinal),
          numbers.map((one) => one.state),
        ],
        ...[list((one) => one.sizeBytes), list((one) => one.uniqueBytes), list((one) => one.ownBytes)],
        numbers.map((one) => one.error),
      ],
    );
    if (held?.moved !== "1") throw new RunStopped("fenced");
  }
}

/** Takes rows that wait away again, by their numbers. */
export async function dropPlanRows(db: BulkConnection, numbers: readonly number[]): Promise<void> {
  await db.query("DELETE FROM plan_rows WHERE number = ANY($1::int[])", [`{${numbers.join(",")}}`]);
}

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
  await db.query("DELETE FROM plan_rows WHERE action = 'keep'");
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
