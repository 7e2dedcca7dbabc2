import type { Artifact } from "@/domain/rules/facts";
import type { KeepReason, ReclaimReason, Verdict } from "@/domain/rules/verdict";
import { buildItems, listMoves, type PositionedMove, type Removal, totalsOf } from "./build-items";
import { type OwnDecision, stay } from "./decide-own";
import { keepClosure, nameOf } from "./keep-closure";
import type { PlanBasis, ReclaimPlan } from "./plan";
import type { PlanFacts } from "./plan-facts";

/** Decisions closed over who needs whom, by position, and the moves that they come to. */
interface SettledPlan {
  settled: readonly OwnDecision[];
  moves: readonly PositionedMove[];
  removals: ReadonlyMap<number, Removal>;
  verdictOf(at: number): Verdict;
}

/** Closes what each artifact comes to by itself over who needs whom. */
export function settlePlan({ artifacts, graph, units }: PlanFacts, own: readonly OwnDecision[]): SettledPlan {
  const staying = own.flatMap((decision, at) => (decision.state === "stay" || decision.state === "untag" ? [at] : []));
  const needed = keepClosure(staying, artifacts, graph);
  const settled = own.map((decision, at) => settle(decision, needed.get(at)));
  const { moves, removals } = listMoves(units, graph, settled);
  return { settled, moves, removals, verdictOf: (at) => verdictOf(settled[at], goesWith(at, removals, artifacts)) };
}

/** Makes a plan of what each artifact comes to by itself: closes over who needs whom, and lists moves, verdicts and sizes. */
export function completePlan(facts: PlanFacts, own: readonly OwnDecision[], input: PlanBasis): ReclaimPlan {
  const { artifacts, graph, units, repositories } = facts;
  const { settled, moves, removals, verdictOf: verdictAt } = settlePlan(facts, own);
  const items = buildItems(artifacts, units, settled, moves, input.isBlobHeldElsewhere);
  return {
    nowMs: input.nowMs,
    graceMs: input.graceMs,
    items,
    verdicts: artifacts.map((artifact, at) => ({
      repositoryName: artifact.repositoryName,
      digest: artifact.digest,
      isMember: graph.isMember(at),
      verdict: verdictAt(at),
    })),
    totals: totalsOf(items, removals.size),
    repositories: [...repositories].map(([name, positions]) => ({
      name,
      imageCount: positions.filter((at) => !graph.isMember(at)).length,
    })),
  };
}

/** What becomes of a decision where something that stays needs the artifact. */
function settle(decision: OwnDecision, needed: KeepReason | undefined): OwnDecision {
  if (needed === undefined || decision.state === "stay") return decision;
  if (decision.state === "untag") return decision.isForced ? decision : stay(needed);
  if (decision.state === "go" && decision.otherwise !== undefined) {
    const { reason } = decision.otherwise;
    return {
      ...decision.otherwise,
      reason: reason.code === "by_hand_tags" ? { ...reason, digestStays: needed } : reason,
    };
  }
  return stay(needed);
}

function goesWith(
  at: number,
  removals: ReadonlyMap<number, Removal>,
  artifacts: readonly Artifact[],
): ReclaimReason | null {
  const removal = removals.get(at);
  if (removal === undefined || removal.role === null) return null;
  return { code: "goes_with", role: removal.role, ...nameOf(artifacts[removal.top]) };
}

function verdictOf(settled: OwnDecision | undefined, goesWithTop: ReclaimReason | null): Verdict {
  switch (settled?.state) {
    case "stay":
      return { decision: "keep", reason: settled.reason };
    case "untag":
      return { decision: "untag", tags: settled.tags, reason: settled.reason };
    case "go":
      return { decision: "reclaim", reason: settled.reason };
    default:
      return goesWithTop === null
        ? { decision: "keep", reason: { code: "circular" } }
        : { decision: "reclaim", reason: goesWithTop };
  }
}
