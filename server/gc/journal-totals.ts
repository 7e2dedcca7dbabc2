import type { RunNumbers } from "@/contracts/history";
import { sumCandidates } from "./gc.store";

/** What a collection really removed, from its journal, over all its attempts; null where it never came to sweep. */
export async function journalTotals(runId: string): Promise<RunNumbers | null> {
  const sums = await sumCandidates(runId);
  if (sums.length === 0) return null;
  const of = (kind: string) => sums.find((sum) => sum.kind === kind && sum.state === "deleted");
  return {
    deletedManifests: of("revision")?.count ?? 0,
    deletedBlobs: of("blob")?.count ?? 0,
    freedBytes: of("blob")?.sizeBytes ?? 0,
  };
}
