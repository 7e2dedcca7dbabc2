import { z } from "zod";
import { TAG_CONFLICT_CHOICES } from "@/domain/recycle-bin/restore-tag";
import type { RunContext, RunOutcome } from "@/server/history/run-context";
import type { RunItemRecord } from "@/server/history/run-journal";
import { releaseLeftOutEntries } from "./bin-run.store";
import { Displacer } from "./displacer";
import { executeMoves } from "./execute-moves";
import type { MoveHooks } from "./move";
import { endDisplacement } from "./put-displaced-back";
import { failRecycle } from "./recycle-item";
import { readRestoreChoices } from "./restore-choices";
import { failRestore, restoreItem } from "./restore-item";
import { restoreTogether } from "./restore-together";

const optionsSchema = z.object({
  onTagConflict: z.enum(TAG_CONFLICT_CHOICES),
  /** when that was decided, where it was for an earlier run that is tried again */
  decidedAt: z.coerce.date().optional(),
});

/** Executor of restore runs: puts each entry back, and what was not begun on a cancel stays in the bin. */
export async function executeRestore(context: RunContext, hooks: MoveHooks = {}): Promise<RunOutcome> {
  const { onTagConflict, decidedAt = context.run.createdAt } = optionsSchema.parse(context.run.options);
  await context.setPhase("restoring");
  const choices = await readRestoreChoices(context.run.id, { onTagConflict, decidedAt });
  const displacer = new Displacer();
  // Besides what is restored the run has items for images that make room.
  const isRestore = (item: RunItemRecord) => item.action === "restore";
  return executeMoves(context, hooks, {
    move: (move, item) =>
      isRestore(item) ? restoreItem(move, item, choices, displacer) : endDisplacement(move, item, displacer),
    moveTogether: (move, items) => restoreTogether(move, items, choices),
    // Who makes room is moved to the bin first, for one at a time.
    canGoTogether: (item) => isRestore(item) && !choices.mayTakeBack(item),
    fail: (move, item, error) => (isRestore(item) ? failRestore : failRecycle)(move, item, error),
    afterLeavingOut: () => releaseLeftOutEntries(context.run.id),
  });
}
