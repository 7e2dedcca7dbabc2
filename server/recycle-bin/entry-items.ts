import { groupBy } from "@/lib/group-by";
import type { NewRunItem } from "@/server/history/run-journal";
import type { Transaction } from "@/server/platform/db/prisma";
import { type ChosenEntry, claimEntries, findEntryTags } from "./bin-run.store";

/**
 * Takes locked entries for a restore or purge, and answers the items of a run over them, in order from `firstOrdinal`. In the transaction
 * that inserts the items, so that no entry is ever in two runs.
 */
export async function takeEntries(
  tx: Transaction,
  entries: readonly ChosenEntry[],
  what: {
    action: "restore" | "purge";
    firstOrdinal: number;
    reasonOf(entry: ChosenEntry): { code: string; text: string };
    /** Where a restore puts them; omitted = each where it was. */
    targetRepository?: string | undefined;
  },
): Promise<NewRunItem[]> {
  const { action, firstOrdinal, reasonOf, targetRepository } = what;
  const entryIds = entries.map((entry) => entry.id);
  const tags = groupBy(await findEntryTags(tx, entryIds), (tag) => tag.entryId);
  await claimEntries(tx, entryIds, action === "restore" ? "restoring" : "purging");
  return entries.map((entry, at): NewRunItem => {
    const names = (tags.get(entry.id) ?? []).map((tag) => tag.name);
    return {
      ordinal: firstOrdinal + at,
      action,
      state: "planned",
      repositoryName: targetRepository ?? entry.repositoryName,
      digest: entry.digest,
      kind: entry.kind,
      tags: names,
      selectedTags: names,
      reason: reasonOf(entry),
      members: [],
      ruleId: entry.ruleId,
      sizeBytes: Number(entry.sizeBytes),
      uniqueBytes: 0,
      pushedAt: entry.pushedAt?.toISOString() ?? null,
      lastPulledAt: entry.lastPulledAt?.toISOString() ?? null,
      binEntryId: entry.id,
    };
  });
}
