import { purgeDueEntries } from "@/server/recycle-bin/purge-due";
import { releaseStranded } from "@/server/recycle-bin/release-stranded";

/** What the reconciler does for the bin: gives back what no run has any more, and purges what is due. Answers how many runs were started. */
export async function lookAfterBin(now: Date): Promise<number> {
  await releaseStranded();
  return purgeDueEntries(now);
}
