import type { Artifact } from "@/domain/rules/facts";
import type { KeepReason, ReclaimReason, Verdict } from "@/domain/rules/verdict";
import { buildItems, totalsOf } from "./build-items";
import type { MemberNode } from "./closure-members";
import { type OwnDecision, stay } from "./decide-own";
import { keepClosure, nameOf } from "./keep-closure";
import type { PlanBasis, ReclaimPlan } from "./plan";
import type { PlanFacts } from "./plan-facts";

/** Makes a plan of what each artifact comes to by itself: closes over who needs whom, and lists moves, verdicts and sizes. */
export function completePlan(facts: PlanFacts, own: readonly OwnDecision[], input: PlanBasis): ReclaimPlan {
  const { artifacts, graph, units, repositories } = facts;
  const staying = own.flatMap((decision, at) => (decision.state === "stay" || decision.state === "untag" ? [at] : []));
  const needed = keepClosure(staying, artifacts, graph);
  const settled = own.map((decision, at) => settle(decision, needed.get(at)));
  const { items, tops, moves } = buildItems(artifacts, units, graph, settled, input);
  return {
    nowMs: input.nowMs,
    graceMs: input.graceMs,
    items,
    verdicts: artifacts.map((artifact, at) => ({
      repositoryName: artifact.repositoryName,
      digest: artifact.digest,
      isMember: graph.isMember(at),
      verdict: verdictOf(settled[at], goesWith(at, tops, artifacts)),
    })),
    totals: totalsOf(items, moves),
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
  tops: ReadonlyMap<number, { top: number; role: MemberNode["role"] | null }>,
  artifacts: readonly Artifact[],
): ReclaimReason | null {
  const move = tops.get(at);
  if (move === undefined || move.role === null) return null;
  return { code: "goes_with", role: move.role, ...nameOf(artifacts[move.top]) };
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
