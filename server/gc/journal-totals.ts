import type { RunNumbers } from "@/contracts/history";
import { type CandidateSum, sumCandidates } from "./gc.store";

/**
 * What a collection found over all its attempts: what is in its journal, whatever became of it. `removed`: only what earlier attempts took
 * away, which a new mark does not see any more.
 */
export async function foundTotals(runId: string, which: "all" | "removed"): Promise<FoundTotals> {
  const isCounted = ({ state }: CandidateSum) => which === "all" || state === "deleted" || state === "quarantined";
  const sums = (await sumCandidates(runId)).filter(isCounted);
  const add = (kind: CandidateSum["kind"], of: (sum: CandidateSum) => number) =>
    sums.filter((sum) => sum.kind === kind).reduce((total, sum) => total + of(sum), 0);
  return {
    candidateManifests: add("revision", ({ count }) => count),
    candidateBlobs: add("blob", ({ count }) => count),
    candidateBytes: add("blob", ({ sizeBytes }) => sizeBytes),
  };
}
type FoundTotals = { candidateManifests: number; candidateBlobs: number; candidateBytes: number };

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
