import { strictestLimits } from "@/domain/reclaim/apply-limits";
import { BlobTable } from "@/domain/reclaim/blob-table";
import { SpacePlan } from "@/domain/reclaim/space-plan";
import type { RunContext } from "@/server/history/run-context";
import { copyPlanRows, createPlanRows, dropPlanRows, type PlanRow, skipUnplanned } from "@/server/history/run-journal";
import { withBulkConnection } from "@/server/platform/db/bulk-connection";
import { requireSpace } from "@/server/spaces/require-space";
import { decideSpace } from "./plan-rules";
import type { ReclaimOptions } from "./reclaim-options";

const WHY = "the images around it changed while the run waited";
const ROWS_AT_ONCE = 10_000;

/**
 * For a run that waited, before it moves anything: plans once more, and of what it had planned skips what it would not take now. Adds nothing.
 * Rules that count (“beyond the latest ten”) depend on an image's neighbours, at which its re-check before the move does not look. The rules
 * are the run's frozen ones, and so is its moment: by the clock of now more would be old enough to go, fewer young enough to be protected,
 * and what came since is younger than the grace period. Begins from the start where it was interrupted. Answers how many were skipped.
 */
export async function planAgain(context: RunContext, { rules }: ReclaimOptions): Promise<number> {
  const { run, scope, signal, epoch } = context;
  const space = await requireSpace(scope, run.spaceId);
  return withBulkConnection(signal, (reader) =>
    withBulkConnection(signal, async (writer) => {
      await reader.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
      await createPlanRows(writer);
      const blobs = new BlobTable();
      const plan = new SpacePlan(strictestLimits(rules.map((rule) => rule.definition)), blobs);
      const write = (first: number, rows: readonly PlanRow[]) => copyPlanRows(writer, first, rows);
      await decideSpace(context, space, rules, { reader, blobs, plan, write });
      signal.throwIfAborted();
      // Who else holds a blob decides on what is freed, not on what goes.
      const settled = plan.finish(() => false);
      for (let start = 0; start < plan.rowCount; start += ROWS_AT_ONCE) {
        const numbers = Array.from({ length: Math.min(ROWS_AT_ONCE, plan.rowCount - start) }, (_, at) => start + at);
        const left = numbers.filter((number) => settled.row(number).limit !== null);
        if (left.length > 0) await dropPlanRows(writer, left);
      }
      return skipUnplanned(writer, { id: run.id, epoch }, WHY, signal);
    }),
  );
}
