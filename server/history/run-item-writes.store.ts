// The journal of several items at once: a statement for each would cost more than what is journaled.
import { storableJson } from "@/lib/storable";
import { prisma, type Transaction } from "@/server/platform/db/prisma";
import type { ItemWrite, RunItemRecord } from "./run-item.store";

/**
 * Journals items of a run, each its own write; what a write leaves out stays. In a transaction of its own or the given one. The epoch guard
 * keeps a fenced worker from writing: false = stop, and nothing of it may be kept.
 */
export async function writeRunItems(
  run: { id: string; epoch: number },
  writes: readonly (Omit<ItemWrite, "reason"> & { ordinal: number })[],
  tx: Transaction = prisma(),
): Promise<boolean> {
  if (writes.length === 0) return true;
  const rows = writes.map((write) => ({
    ...write,
    hasStep: "step" in write,
    hasEntry: "binEntryId" in write,
    hasError: "error" in write,
  }));
  const count = await tx.$executeRaw`
    UPDATE run_items i SET state = coalesce(w.state, i.state), step = CASE WHEN w."hasStep" THEN w.step ELSE i.step END,
      bin_entry_id = CASE WHEN w."hasEntry" THEN w."binEntryId" ELSE i.bin_entry_id END,
      error = CASE WHEN w."hasError" THEN w.error ELSE i.error END, updated_at = now()
    FROM jsonb_to_recordset(${storableJson(rows)}::jsonb) AS w(ordinal int, state text, step text, "binEntryId" text, error text,
      "hasStep" boolean, "hasEntry" boolean, "hasError" boolean)
    WHERE i.run_id = ${run.id} AND i.ordinal = w.ordinal
      AND EXISTS (SELECT 1 FROM runs r WHERE r.id = ${run.id} AND r.epoch = ${run.epoch} AND r.status = 'running')`;
  return count === writes.length;
}

/** Of these items of a run, those that are planned or in the middle of their move, in order. */
export function listUnendedItems(runId: string, ordinals: readonly number[]): Promise<RunItemRecord[]> {
  return prisma().runItem.findMany({
    where: { runId, ordinal: { in: [...ordinals] }, state: { in: ["moving", "planned"] } },
    orderBy: { ordinal: "asc" },
  });
}
