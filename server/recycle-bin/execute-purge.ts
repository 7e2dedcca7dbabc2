import type { RunContext, RunOutcome } from "@/server/history/run-context";
import { releaseLeftOutEntries } from "./bin-run.store";
import { executeMoves } from "./execute-moves";
import type { MoveHooks } from "./move";
import { failPurge, purgeItem } from "./purge-item";

/** Executor of purge runs: removes each entry for good, and what was not begun on a cancel stays in the bin. */
export async function executePurge(context: RunContext, hooks: MoveHooks = {}): Promise<RunOutcome> {
  await context.setPhase("purging");
  return executeMoves(context, hooks, {
    move: purgeItem,
    fail: failPurge,
    afterLeavingOut: () => releaseLeftOutEntries(context.run.id),
  });
}
