import { imageTags } from "@/domain/images/image-graph";
import type { CompiledRule } from "@/domain/rules/evaluate-rule";
import type { Artifact, FactsFrame } from "@/domain/rules/facts";
import type { Verdict } from "@/domain/rules/verdict";
import { describeMove, type PositionedMove, pushOrder } from "./build-items";
import { closureMembers } from "./closure-members";
import { settlePlan } from "./complete-plan";
import type { PlanBasis, PlanMove } from "./plan";
import { drawPlanFacts, type PlanFacts } from "./plan-facts";
import { decideByRules } from "./plan-reclaim";

/** What a plan says of one image: it moves, loses tags, or stays. */
export interface PlannedImage {
  artifact: Artifact;
  verdict: Verdict;
  /** null: it stays. */
  move: PlanMove | null;
  /** Its latest known push, its last pull and when it was built, those of its parts included; null where nothing is known. */
  pushedAt: number | null;
  lastPulledAt: number | null;
  createdAt: number | null;
  /** Place of a move in the run's order, lowest first; ties go by repository and digest. */
  order: number;
  /** It and its members, the top one first. stays: not freed even where all of this image goes. Empty where it only loses tags. */
  nodes: readonly { at: number; stays: boolean }[];
}

/** The plan of one repository, but for what only the whole selection decides: order, limits and exact sizes. */
export interface RepositoryPlan {
  name: string;
  /** By digest; `nodes` are positions in it. */
  artifacts: readonly Artifact[];
  /** Images, members left out: what a share of the repository is a share of. */
  imageCount: number;
  /** By digest: every image, and every member that loses tags. */
  images: readonly PlannedImage[];
}

/**
 * Plans one whole repository by compiled rules. Pure, and the same as this repository's part of a plan of everything. `isDigestElsewhere` has
 * to answer for all other repositories.
 */
export function planRepository(
  input: PlanBasis & FactsFrame & { name: string },
  rules: readonly CompiledRule[],
): RepositoryPlan {
  const facts = drawPlanFacts(input);
  const { artifacts, graph, units } = facts;
  const { settled, moves, verdictOf } = settlePlan(facts, decideByRules(facts, rules, input));
  const moveAt: (PositionedMove | undefined)[] = new Array(artifacts.length);
  for (const move of moves) moveAt[move.at] = move;
  const images: PlannedImage[] = [];
  let imageCount = 0;
  artifacts.forEach((artifact, at) => {
    const isMember = graph.isMember(at);
    if (!isMember) imageCount++;
    const found = moveAt[at];
    const move = found === undefined ? null : describeMove(found, artifacts, units, settled[at]);
    if (move === null && (isMember || settled[at]?.state !== "stay")) return;
    const unit = units[at];
    images.push({
      artifact,
      pushedAt: unit === undefined || unit.knownPushedAt === Number.NEGATIVE_INFINITY ? null : unit.knownPushedAt,
      lastPulledAt: unit?.lastPulledAt ?? null,
      createdAt: unit?.createdAt ?? null,
      verdict: verdictOf(at),
      move,
      order: pushOrder(unit),
      nodes: found === undefined ? keptNodes(at, facts) : found.nodes,
    });
  });
  return { name: input.name, artifacts, imageCount, images };
}

/** An image that stays, as it would go if somebody took it: a part with tags of its own would not go along. */
function keptNodes(at: number, { artifacts, graph }: PlanFacts): PlannedImage["nodes"] {
  const hasParts = graph.childrenOf[at]?.length !== 0 || graph.referrersOf[at]?.length !== 0;
  if (!hasParts) return [{ at, stays: false }];
  const members = closureMembers(at, graph).map((member) => ({
    at: member.at,
    stays: imageTags(artifacts[member.at]?.tags ?? []).length > 0,
  }));
  return [{ at, stays: false }, ...members];
}
