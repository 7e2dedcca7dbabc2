// A plan's rows become the items of its run.
import type { BulkConnection } from "@/server/platform/db/bulk-connection";
import { CopyWriter } from "@/server/platform/db/copy-writer";
import { OrderedItems, type ReadyRows, type SettledNumbers } from "./ordered-items";
import { ITEM_COLUMNS, leaveOutItem, type SpooledItems, setItemNumbers } from "./plan-row-bytes";
import type { PlanSpool } from "./plan-spool";
import { RunStopped } from "./run-context";

const READ_BYTES = 1024 * 1024;
/** Of rows in memory. A connection takes megabytes before the server reads any: in large pieces one would take most of a small plan. */
const ORDERED_BYTES = 256 * 1024;
/** More than a row takes, as a rule. */
const ROW_BYTES = 16 * 1024;
/** At least so many rows become items in one transaction: the run's row is locked meanwhile, and its heartbeat waits. */
const ROWS_AT_ONCE = 10_000;
/** The rows of a statement are gone through once more at its end: so they stay in memory until then. */
const STATEMENT_MEMORY = "16MB";

/**
 * Copies the rows that wait into the run, those of one spool after those of the other, each with its numbers, while the run is this claim's.
 * Several connections write side by side, in rounds: after each of them nobody holds the run's row.
 * @throws RunStopped fenced when it is another's by now, the signal's reason when it aborts, Error where there were not `count` of them
 */
export async function copyPlanItems(
  connections: readonly BulkConnection[],
  run: { id: string; epoch: number },
  { spools, count }: { spools: readonly PlanSpool[]; count: number },
  numbersOf: (row: number) => SettledNumbers,
  signal: AbortSignal,
): Promise<void> {
  const rows = new RowQueue(spools, numbersOf);
  const writers = connections.map((connection) => ({ connection, room: new Room() }));
  while (!rows.isEmpty) {
    signal.throwIfAborted();
    await Promise.all(writers.map((writer) => copySome(writer, run, rows, ROWS_AT_ONCE / writers.length)));
  }
  // Whoever is asked to confirm a plan, or arms a rule after it, goes by what stands there.
  if (rows.taken !== count) throw new Error(`${rows.taken} items were written of a plan of ${count}`);
  for (const spool of spools) spool.giveBack();
}

/** One transaction of one connection: at least so many rows, as long as there are any. `room`: its own. */
async function copySome(
  { connection, room }: { connection: BulkConnection; room: Room },
  run: { id: string; epoch: number },
  rows: RowQueue,
  count: number,
): Promise<void> {
  await connection.query("BEGIN");
  // A claim that another one raised the epoch of waits for this lock, or is seen here: it never finds rows that come later.
  // Nobody waits for the disk: the run's next commit, before which nothing is done about a plan, takes all that went before it there.
  const held = await connection.query(
    `SELECT id, set_config('synchronous_commit', 'off', true), set_config('work_mem', '${STATEMENT_MEMORY}', true)
     FROM runs WHERE id = $1 AND epoch = $2 AND status = 'running' FOR SHARE`,
    [run.id, run.epoch],
  );
  if (held.length === 0) throw new RunStopped("fenced");
  await connection.copyInRows(
    `run_items (${ITEM_COLUMNS})`,
    (async function* () {
      for (let taken = 0; taken < count; ) {
        const some = await rows.next(room);
        if (some === null) return;
        taken += some.count;
        yield some.bytes;
      }
    })(),
  );
  await connection.query("COMMIT");
}

/** Where one connection's next rows are made ready; used again for those after them. */
class Room {
  private read: Buffer | null = null;
  private made: CopyWriter | null = null;

  /** What is read from a file goes here, and is changed here. */
  get bytes(): Buffer {
    this.read ??= Buffer.allocUnsafeSlow(READ_BYTES);
    return this.read;
  }

  /** What lies somewhere else is put together here. */
  get writer(): CopyWriter {
    this.made ??= new CopyWriter(ORDERED_BYTES + ROW_BYTES);
    return this.made;
  }
}

/** The rows of all spools, for several who take them. */
class RowQueue {
  private spool = 0;
  private row = 0;
  /** So many were given. */
  taken = 0;
  private ordered: OrderedItems | null = null;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly spools: readonly PlanSpool[],
    private readonly numbersOf: (row: number) => SettledNumbers,
  ) {
    const all = spools.length === 1 ? spools[0]?.takeAll() : null;
    if (all) this.ordered = new OrderedItems(all, numbersOf);
  }

  get isEmpty(): boolean {
    return this.ordered === null ? this.spool >= this.spools.length : this.ordered.isEmpty;
  }

  /** The next rows, ready to be copied, in `room` as a rule; null after the last. */
  next(room: Room): Promise<ReadyRows | null> {
    const mine = this.turn.then(async () => {
      const ready = this.ordered === null ? await this.read(room.bytes) : this.ordered.next(room.writer, ORDERED_BYTES);
      this.taken += ready?.count ?? 0;
      return ready;
    });
    this.turn = mine.catch(() => undefined);
    return mine;
  }

  private async read(room: Buffer): Promise<ReadyRows | null> {
    for (; this.spool < this.spools.length; this.spool++) {
      const items = await this.spools[this.spool]?.next(room);
      if (items === null || items === undefined) continue;
      return { bytes: this.settle(items), count: items.starts.length };
    }
    return null;
  }

  private settle({ bytes, starts }: SpooledItems): Buffer {
    const why = new Map<number, string>();
    for (const start of starts) {
      const { leftOut, ...numbers } = this.numbersOf(this.row++);
      setItemNumbers(bytes, start, numbers);
      if (leftOut !== null) why.set(start, leftOut);
    }
    return why.size === 0 ? bytes : leaveOut(bytes, starts, why);
  }
}

/** The same rows, some of them left out. Few plans have limits. */
function leaveOut(bytes: Buffer, starts: readonly number[], why: ReadonlyMap<number, string>): Buffer {
  const writer = new CopyWriter(bytes.length);
  starts.forEach((start, at) => {
    const end = starts[at + 1] ?? bytes.length;
    const reason = why.get(start);
    if (reason === undefined) writer.columns(bytes, start, end);
    else leaveOutItem(writer, bytes, start, end, reason);
  });
  return writer.take();
}
