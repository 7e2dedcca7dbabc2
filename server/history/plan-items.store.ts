// A plan's rows become the items of its run.
import type { BulkConnection } from "@/server/platform/db/bulk-connection";
import { columnText, PLAN_COLUMNS } from "./plan-row-text";
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

const COLUMNS = `run_id, workspace_id, ordinal, state, size_bytes, unique_bytes, own_bytes, shared_bytes, error, ${PLAN_COLUMNS}`;
/** At least so many rows become items in one transaction: the run's row is locked meanwhile, and its heartbeat waits. */
const ROWS_AT_ONCE = 10_000;

/**
 * Copies the rows that wait into the run, each with its numbers, while the run is this claim's.
 * @throws RunStopped fenced when it is another's by now, the signal's reason when it aborts
 */
export async function copyPlanItems(
  db: BulkConnection,
  run: { id: string; workspaceId: string; epoch: number },
  spool: PlanSpool,
  numbersOf: (row: number) => PlanRowNumbers,
  signal: AbortSignal,
): Promise<void> {
  const place = `${run.id}\t${run.workspaceId}`;
  let row = 0;
  const lineOf = (line: string) => {
    const { ordinal, state, sizeBytes, uniqueBytes, ownBytes, error } = numbersOf(row++);
    const sizes = `${sizeBytes}\t${uniqueBytes}\t${ownBytes}\t${sizeBytes - ownBytes}`;
    return `${place}\t${ordinal}\t${state}\t${sizes}\t${columnText(error)}\t${line}\n`;
  };
  const batches = spool.batches();
  for (let isOver = false; !isOver; ) {
    signal.throwIfAborted();
    await db.query("BEGIN");
    // A claim that another one raised the epoch of waits for this lock, or is seen here: it never finds rows that come later.
    const held = await db.query(
      "SELECT id FROM runs WHERE id = $1 AND epoch = $2 AND status = 'running' FOR NO KEY UPDATE",
      [run.id, run.epoch],
    );
    if (held.length === 0) throw new RunStopped("fenced");
    const end = row + ROWS_AT_ONCE;
    await db.copyIn(
      `run_items (${COLUMNS})`,
      (async function* () {
        while (row < end) {
          const { value: lines, done } = await batches.next();
          isOver = done === true;
          if (isOver) return;
          let text = "";
          for (const line of lines ?? []) text += lineOf(line);
          // The bytes as they were read: they are UTF-8 already.
          yield Buffer.from(text, "latin1");
        }
      })(),
    );
    await db.query("COMMIT");
  }
}
