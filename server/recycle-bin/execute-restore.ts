import { z } from "zod";
import { TAG_CONFLICT_CHOICES } from "@/domain/recycle-bin/restore-tag";
import type { RunContext, RunOutcome } from "@/server/history/run-context";
import { releaseLeftOutEntries } from "./bin-run.store";
import { executeMoves } from "./execute-moves";
import type { MoveHooks } from "./move";
import { failRestore, restoreItem } from "./restore-item";
import { restoreTogether } from "./restore-together";

const optionsSchema = z.object({ onTagConflict: z.enum(TAG_CONFLICT_CHOICES) });

/** Executor of restore runs: puts each entry back, and what was not begun on a cancel stays in the bin. */
export async function executeRestore(context: RunContext, hooks: MoveHooks = {}): Promise<RunOutcome> {
  const { onTagConflict } = optionsSchema.parse(context.run.options);
  await context.setPhase("restoring");
  return executeMoves(context, hooks, {
    move: (move, item) => restoreItem(move, item, onTagConflict),
    moveTogether: (move, items) => restoreTogether(move, items, onTagConflict),
    fail: failRestore,
    afterLeavingOut: () => releaseLeftOutEntries(context.run.id),
  });
}
