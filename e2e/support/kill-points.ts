import type { RunDto } from "@/contracts/history";
import { until } from "@/testing/until";
import type { Database } from "./database";
import type { EndToEndStack } from "./stack";

/** Where a run is, as its worker wrote it down before going on. */
export interface RunPoint {
  phase: string;
  /** Items by state. */
  done: number;
  /** Steps of the items that are being moved. */
  steps: string[];
  /** Candidates of a collection that were removed. */
  deleted: number;
  isOver: boolean;
}

/** A point that no run goes beyond while it is held. */
export interface KillPoint {
  /** The statement that would lead beyond the point: `when` asks about its rows, `before` (updates only) and `after`. */
  door: { event: "INSERT" | "UPDATE"; table: string; when: string };
  /** Whether a run that stands at the door is where the test says. */
  isThere: (point: RunPoint) => boolean;
}

const LOCK = 78;

async function pointOf(database: Database, runId: string): Promise<RunPoint> {
  const [point] = await database.rows<RunPoint>(
    `SELECT r.phase, r.finished_at IS NOT NULL AS "isOver",
       (SELECT count(*)::int FROM run_items i WHERE i.run_id = r.id AND i.state = 'done') AS done,
       ARRAY(SELECT i.step FROM run_items i WHERE i.run_id = r.id AND i.state = 'moving' AND i.step IS NOT NULL) AS steps,
       (SELECT count(*)::int FROM gc_candidates c WHERE c.run_id = r.id AND c.state = 'deleted') AS deleted
     FROM runs r WHERE r.id = $1`,
    [runId],
  );
  if (!point) throw new Error(`there is no run ${runId}`);
  return point;
}

/**
 * Starts a run and does something while it stands at a point: the transaction that would lead beyond it waits for a lock, however fast or
 * slow the machine is.
 * @throws Error when the run is over and never was there
 */
export async function whileHeld(
  database: Database,
  { door, isThere }: KillPoint,
  start: () => Promise<RunDto>,
  meanwhile: () => Promise<unknown>,
): Promise<RunDto> {
  await shut(database, door);
  try {
    const run = await start();
    await until(
      "the run is at its point",
      async () => {
        if ((await waiting(database)).length > 0) return true;
        const point = await pointOf(database, run.id);
        if (point.isOver) throw new Error(`the run is over and never was there: ${JSON.stringify(point)}`);
        return false;
      },
      { timeoutMs: 120_000 },
    );
    await meanwhile();
    const point = await pointOf(database, run.id);
    if (!isThere(point)) throw new Error(`the run was held somewhere else: ${JSON.stringify(point)}`);
    return run;
  } finally {
    await open(database, door);
  }
}

/** Starts a run and kills its worker (SIGKILL) at a point. What the worker had under way ends with it, and nothing is held afterwards. */
export function killAt(
  { stack, database }: { stack: EndToEndStack; database: Database },
  point: KillPoint,
  start: () => Promise<RunDto>,
): Promise<RunDto> {
  return whileHeld(database, point, start, async () => {
    await stack.killWorker();
    await endAbandoned(database);
  });
}

async function shut(database: Database, { event, table, when }: KillPoint["door"]): Promise<void> {
  await database.rows(`SELECT pg_advisory_lock(${LOCK})`);
  await database.rows(`
    CREATE OR REPLACE FUNCTION kill_point() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF ${when} THEN PERFORM pg_advisory_xact_lock_shared(${LOCK}); END IF;
      RETURN NULL;
    END $$`);
  const rows = event === "UPDATE" ? "OLD TABLE AS before NEW TABLE AS after" : "NEW TABLE AS after";
  // Seen from outside nothing of the statement has happened, and it knows how many rows there were before it.
  await database.rows(
    `CREATE TRIGGER kill_point AFTER ${event} ON ${table} REFERENCING ${rows} FOR EACH STATEMENT EXECUTE FUNCTION kill_point()`,
  );
}

/** Whoever still waits goes on first: a table cannot be changed under a transaction that wrote to it. */
async function open(database: Database, { table }: KillPoint["door"]): Promise<void> {
  await database.rows(`SELECT pg_advisory_unlock(${LOCK})`);
  await database.rows(`DROP TRIGGER IF EXISTS kill_point ON ${table}`);
}

function waiting(database: Database): Promise<{ pid: number }[]> {
  return database.rows(
    `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND classid = 0 AND objid = ${LOCK} AND objsubid = 1 AND NOT granted`,
  );
}

/** A database goes on with what a dead client asked for: such a statement must not pass once the door is open. */
async function endAbandoned(database: Database): Promise<void> {
  await until("nobody works for the killed worker any more", async () => {
    for (const { pid } of await waiting(database)) await database.rows("SELECT pg_terminate_backend($1)", [pid]);
    const [active] = await database.rows<{ count: number }>(
      `SELECT count(*)::int AS count FROM pg_stat_activity
       WHERE datname = current_database() AND state <> 'idle' AND pid <> pg_backend_pid()`,
    );
    return active?.count === 0;
  });
}
