import type { Database } from "./database";
import type { EndToEndStack } from "./stack";
import { until } from "./until";

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
 * Kills the worker (SIGKILL) while a run is at a point. The worker is stopped first and looked at again, so that it is killed
 * where the test says, however fast it is.
 * @throws Error when the run is over and never was there
 */
export async function killAt(
  { stack, database }: { stack: EndToEndStack; database: Database },
  runId: string,
  what: string,
  isThere: (point: RunPoint) => boolean,
): Promise<void> {
  await until(
    `the run is at "${what}"`,
    async () => {
      const point = await pointOf(database, runId);
      if (point.isOver) throw new Error(`the run is over and never was at "${what}": ${JSON.stringify(point)}`);
      if (!isThere(point)) return false;
      const pid = stack.workerPid();
      if (pid === null) throw new Error("the worker does not run");
      process.kill(pid, "SIGSTOP");
      if (isThere(await pointOf(database, runId))) {
        await stack.killWorker();
        return true;
      }
      process.kill(pid, "SIGCONT");
      return false;
    },
    { everyMs: 1 },
  );
}
