import { type RunContext, RunStopped } from "@/server/history/run-context";
import { insertRunItems, lockRunItems } from "@/server/history/run-journal";
import { prisma } from "@/server/platform/db/prisma";
import { lockEntriesOfRun } from "./bin-run.store";
import { takeEntries } from "./entry-items";

/**
 * Adds to a run the purge of what it moved itself, and of nothing else: entries that somebody else has taken by now are left to them. In
 * one transaction, and doing it again adds what is still held, so that a run may be killed before and after it.
 * @throws RunStopped fenced
 */
export async function purgeOwnEntries(context: RunContext): Promise<void> {
  const { run } = context;
  await prisma().$transaction(async (tx) => {
    const firstOrdinal = await lockRunItems(tx, { id: run.id, epoch: context.epoch });
    if (firstOrdinal === null) throw new RunStopped("fenced");
    const entries = await lockEntriesOfRun(tx, run);
    const items = await takeEntries(tx, entries, {
      ...{ action: "purge", firstOrdinal },
      reasonOf: (entry) => ({
        code: "skip_bin",
        text: `${(entry.reason as { text: string }).text}; the recycle bin is skipped`,
      }),
    });
    await insertRunItems(run.workspaceId, run.id, items, tx);
  });
}
