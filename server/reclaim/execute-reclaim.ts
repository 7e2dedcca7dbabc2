import type { RunContext, RunOutcome } from "@/server/history/run-context";
import { countItems } from "@/server/history/run-journal";
import { executeMoves, type MoveKind } from "@/server/recycle-bin/execute-moves";
import type { MoveHooks } from "@/server/recycle-bin/move";
import { failPurge, purgeItem } from "@/server/recycle-bin/purge-item";
import { purgeOwnEntries } from "@/server/recycle-bin/purge-own-entries";
import { failRecycle, recycleItem } from "@/server/recycle-bin/recycle-item";
import { recycleTogether } from "@/server/recycle-bin/recycle-together";
import { releaseLeftOut } from "@/server/recycle-bin/release-left-out";
import { untagItem } from "@/server/recycle-bin/untag-item";
import { armRules } from "./arm-rules";
import { planAgain } from "./plan-again";
import { planRun } from "./plan-run";
import { createReclaimGuard } from "./recheck";
import { isByHand, reclaimOptions } from "./reclaim-options";
import { requireConfirmation } from "./require-confirmation";

/**
 * Executor of reclaim runs, by rules or by hand. Phase `planning` writes every verdict; a dry run ends there. Phase `moving` recycles and
 * untags what goes, each looked at once more; a run that would take much of its space waits for a confirmation before it. Where somebody chose to skip the bin, phase `purging` then purges what was moved. A plan is
 * made once: a run that is resumed later goes on from its items. One that waited is held against another plan first, which only takes away.
 */
export async function executeReclaim(context: RunContext, hooks: MoveHooks = {}): Promise<RunOutcome> {
  const options = reclaimOptions(context.run.options);
  if (!["confirming", "moving", "purging"].includes(context.run.phase)) {
    await context.setPhase("planning");
    const numbers = await planRun(context);
    context.log("planned", { ...numbers });
    context.totals(numbers);
    if (context.run.isDryRun) {
      await armRules(context);
      return { status: "succeeded" };
    }
    // Nothing was moved yet: the totals of a real run count what was done.
    context.totals({ logicalBytes: 0, uniqueBytes: 0, itemsDone: 0 });
  }
  if (context.run.phase !== "moving" && context.run.phase !== "purging") {
    await requireConfirmation(context);
    // Only what waited comes here in this phase: up to seven days have passed since its plan.
    if (context.run.phase === "confirming" && !isByHand(options)) await planAgain(context, options);
    await context.setPhase("moving");
  }
  const kind = moveKindOf(context);
  let outcome = await executeMoves(context, hooks, kind);
  if (isByHand(options) && options.skipBin) {
    await hooks.beforeStep?.({ action: "purge", ordinal: -1, step: "take-own" });
    await purgeOwnEntries(context);
    await context.setPhase("purging");
    outcome = await executeMoves(context, hooks, kind);
  }
  if (outcome.status !== "succeeded") return outcome;
  const isLimited = (await countItems(context.run.id)).some(({ state, count }) => state === "left_out" && count > 0);
  return isLimited ? { ...outcome, status: "partial_limit" } : outcome;
}

/** Purge items are in a run that skips the bin only. */
function moveKindOf(context: RunContext): MoveKind {
  const guard = createReclaimGuard(context);
  return {
    move: (move, item) => {
      if (item.action === "purge") return purgeItem(move, item);
      return item.action === "untag" ? untagItem(move, item, guard) : recycleItem(move, item, guard);
    },
    moveTogether: (move, items) => recycleTogether(move, items, guard),
    canGoTogether: (item) => item.action === "recycle",
    fail: (move, item, error) =>
      item.action === "purge" ? failPurge(move, item, error) : failRecycle(move, item, error),
    afterLeavingOut: () => releaseLeftOut(context.run.id),
  };
}
