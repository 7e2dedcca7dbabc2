// A plan's rows become the items of its run.
import type { BulkConnection } from "@/server/platform/db/bulk-connection";
import { CopyWriter } from "@/server/platform/db/copy-writer";
import { PLAN_COLUMNS } from "./plan-row-bytes";
import type { PlanSpool } from "./plan-spool";
import { RunStopped } from "./run-context";
import type { NewRunItem } from "./run-item.store";

/** What the end of planning says of one row. */
interface PlanRowNumbers {
  ordinal: number;
  state: NewRunItem["state"];
  sizeBytes: number;
  uniqueBytes: number;
  ownBytes: number;
  error: string | null;
}

const COLUMNS = [
  ...["run_id", "workspace_id", "ordinal", "state", "size_bytes", "unique_bytes", "own_bytes", "shared_bytes", "error"],
  ...PLAN_COLUMNS,
];
/** What the columns before a row's own take, as a rule. */
const NUMBER_BYTES = 160;
/** At least so many rows become items in one transaction: the run's row is locked meanwhile, and its heartbeat waits. */
const ROWS_AT_ONCE = 10_000;

/**
 * Copies the rows that wait into the run, those of one spool after those of the other, each with its numbers, while the run is this claim's.
 * Several connections write side by side, in rounds: after each of them nobody holds the run's row.
 * @throws RunStopped fenced when it is another's by now, the signal's reason when it aborts
 */
export async function copyPlanItems(
  writers: readonly BulkConnection[],
  run: { id: string; workspaceId: string; epoch: number },
  spools: readonly PlanSpool[],
  numbersOf: (row: number) => PlanRowNumbers,
  signal: AbortSignal,
): Promise<void> {
  const chunks = itemChunks(run, spools, numbersOf);
  let isOver = false;
  const take = async () => {
    const { value, done } = await chunks.next();
    if (done === true) isOver = true;
    return done === true ? null : value;
  };
  while (!isOver) {
    signal.throwIfAborted();
    await Promise.all(writers.map((writer) => copySome(writer, run, take, ROWS_AT_ONCE / writers.length)));
  }
}

type Chunk = { rows: number; bytes: Buffer };

/** One transaction of one connection: at least so many rows, as long as there are any. */
async function copySome(
  db: BulkConnection,
  run: { id: string; epoch: number },
  take: () => Promise<Chunk | null>,
  rows: number,
): Promise<void> {
  await db.query("BEGIN");
  // A claim that another one raised the epoch of waits for this lock, or is seen here: it never finds rows that come later.
  const held = await db.query("SELECT id FROM runs WHERE id = $1 AND epoch = $2 AND status = 'running' FOR SHARE", [
    run.id,
    run.epoch,
  ]);
  if (held.length === 0) throw new RunStopped("fenced");
  await db.copyInRows(
    `run_items (${COLUMNS})`,
    (async function* () {
      for (let taken = 0; taken < rows; ) {
        const chunk = await take();
        if (chunk === null) return;
        taken += chunk.rows;
        yield chunk.bytes;
      }
    })(),
  );
  await db.query("COMMIT");
}

/** The rows of all spools as rows of a COPY, some thousand at a time. */
async function* itemChunks(
  run: { id: string; workspaceId: string },
  spools: readonly PlanSpool[],
  numbersOf: (row: number) => PlanRowNumbers,
): AsyncGenerator<Chunk, undefined> {
  let number = 0;
  for (const spool of spools) {
    for await (const { bytes, rows } of spool.batches()) {
      // One for each chunk: those before it may still be on their way.
      const writer = new CopyWriter(bytes.length + rows.length * NUMBER_BYTES);
      for (const { start, end } of rows) {
        const { ordinal, state, sizeBytes, uniqueBytes, ownBytes, error } = numbersOf(number++);
        writer.row(COLUMNS.length);
        writer.text(run.id);
        writer.text(run.workspaceId);
        writer.int4(ordinal);
        writer.text(state);
        for (const size of [sizeBytes, uniqueBytes, ownBytes, sizeBytes - ownBytes]) writer.int8(size);
        writer.text(error);
        writer.columns(bytes, start, end);
      }
      yield { rows: rows.length, bytes: writer.take() };
    }
  }
}
