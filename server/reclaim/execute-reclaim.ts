import type { RunContext, RunOutcome } from "@/server/history/run-context";
import { countItemsByState } from "@/server/history/run-journal";
import { executeMoves } from "@/server/recycle-bin/execute-moves";
import type { MoveHooks } from "@/server/recycle-bin/move";
import { failRecycle, recycleItem } from "@/server/recycle-bin/recycle-item";
import { untagItem } from "@/server/recycle-bin/untag-item";
import { planRun } from "./plan-run";
import { createReclaimGuard } from "./recheck";

/**
 * Executor of reclaim runs. Phase `planning` writes every verdict; a dry run ends there. Phase `moving` recycles and untags what
 * goes, each looked at once more. A plan is made once: a run that is resumed while moving goes on from its items.
 */
export async function executeReclaim(context: RunContext, hooks: MoveHooks = {}): Promise<RunOutcome> {
  if (context.run.phase !== "moving") {
    await context.setPhase("planning");
    const numbers = await planRun(context);
    context.log("planned", { ...numbers });
    context.totals(numbers);
    if (context.run.isDryRun) return { status: "succeeded" };
    // Nothing was moved yet: the totals of a real run count what was done.
    context.totals({ logicalBytes: 0, uniqueBytes: 0, itemsDone: 0 });
    await context.setPhase("moving");
  }
  const guard = createReclaimGuard(context);
  const outcome = await executeMoves(context, hooks, {
    move: (move, item) => (item.action === "untag" ? untagItem(move, item, guard) : recycleItem(move, item, guard)),
    fail: failRecycle,
  });
  if (outcome.status !== "succeeded") return outcome;
  const counts = await countItemsByState(context.run.id);
  const isLimited = counts.some(({ state, count }) => state === "left_out" && count > 0);
  return isLimited ? { ...outcome, status: "partial_limit" } : outcome;
}
