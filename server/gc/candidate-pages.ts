import type { Candidate, CandidateKind } from "./candidate-list";
import { listCandidatesIn } from "./quarantine.store";

const PAGE = 1_000;

/** Candidates of a run in a state, page by page in order; settling those of a page does not disturb it. */
export async function* pages(
  runId: string,
  kind: CandidateKind,
  state: "pending" | "quarantined" | "deleted",
): AsyncGenerator<Candidate[]> {
  for (let after: Candidate | null = null; ; ) {
    const page: Candidate[] = await listCandidatesIn(runId, kind, state, after, PAGE);
    after = page.at(-1) ?? null;
    if (after === null) return;
    yield page;
  }
}
