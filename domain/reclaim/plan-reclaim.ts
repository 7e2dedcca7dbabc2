import { buildImageGraph, type ImageGraph } from "@/domain/images/image-graph";
import { compileRule, evaluateRule } from "@/domain/rules/evaluate-rule";
import { type Artifact, compareText } from "@/domain/rules/facts";
import { buildUnits, type Unit } from "@/domain/rules/unit";
import type { KeepReason, ReclaimReason, Verdict } from "@/domain/rules/verdict";
import { buildItems, totalsOf } from "./build-items";
import type { MemberNode } from "./closure-members";
import { decideOwn, type OwnContext, type OwnDecision, type RuleVotes } from "./decide-own";
import { circularMembers, holdsOfParts, unreadableByRepository } from "./guards";
import { keepClosure, nameOf } from "./keep-closure";
import { keepLastArtifacts } from "./last-artifact";
import type { PlanInput, ReclaimPlan } from "./plan";

/**
 * Plans a reclaim run: union of reclaim rules − union of protect rules − hard guards, closed over who needs whom. Pure: the same facts,
 * rules and `nowMs` always give the same plan, in whatever order they come. Takes whole repositories; throws an Error where an artifact is
 * given twice or a rule's pattern was never validated.
 */
export function planReclaim(input: PlanInput): ReclaimPlan {
  // One order for everything, so that no result, not even the choice between two equally good reasons, depends on the order given.
  const artifacts = [...input.artifacts].sort(
    (a, b) => compareText(a.repositoryName, b.repositoryName) || compareText(a.digest, b.digest),
  );
  const graph = buildImageGraph(artifacts);
  const units = buildUnits(artifacts, graph);
  const repositories = groupByRepository(artifacts);
  const votes = voteOf(input, units, repositories);
  const own = decideAll(input, artifacts, units, graph, votes);
  keepLastArtifacts(repositories, units, votes, own);
  const staying = own.flatMap((decision, at) => (decision.state === "stay" || decision.state === "untag" ? [at] : []));
  const needed = keepClosure(staying, artifacts, graph);
  const { items, tops, moves } = buildItems(artifacts, units, graph, own, needed, input);
  return {
    nowMs: input.nowMs,
    graceMs: input.graceMs,
    items,
    verdicts: artifacts.map((artifact, at) => ({
      repositoryName: artifact.repositoryName,
      digest: artifact.digest,
      isMember: graph.isMember(at),
      verdict: verdictOf(own[at], needed.get(at), goesWith(at, tops, artifacts)),
    })),
    totals: totalsOf(items, moves),
    repositories: [...repositories].map(([name, positions]) => ({
      name,
      imageCount: positions.filter((at) => !graph.isMember(at)).length,
    })),
  };
}

function groupByRepository(artifacts: readonly Artifact[]): Map<string, number[]> {
  const repositories = new Map<string, number[]>();
  artifacts.forEach((artifact, at) => {
    const positions = repositories.get(artifact.repositoryName);
    if (positions === undefined) repositories.set(artifact.repositoryName, [at]);
    else positions.push(at);
  });
  return repositories;
}

const NO_VOTES: RuleVotes = { reclaim: [], protect: [] };

function voteOf(
  input: PlanInput,
  units: readonly Unit[],
  repositories: ReadonlyMap<string, readonly number[]>,
): (at: number) => RuleVotes {
  const votes = new Map<number, { reclaim: RuleVotes["reclaim"][number][]; protect: RuleVotes["protect"][number][] }>();
  const compiled = [...input.rules].sort((a, b) => compareText(a.id, b.id)).map(compileRule);
  for (const [name, positions] of repositories) {
    for (const rule of compiled) {
      if (!rule.matchesRepository(name)) continue;
      for (const [at, outcome] of evaluateRule(rule, units, positions, input)) {
        const vote = votes.get(at) ?? { reclaim: [], protect: [] };
        votes.set(at, vote);
        vote[rule.rule.definition.effect].push({ rule, outcome });
      }
    }
  }
  return (at) => votes.get(at) ?? NO_VOTES;
}

function decideAll(
  input: PlanInput,
  artifacts: readonly Artifact[],
  units: readonly Unit[],
  graph: ImageGraph,
  votes: (at: number) => RuleVotes,
): OwnDecision[] {
  const neighbours = unreadableByRepository(artifacts);
  const context: OwnContext = {
    graph,
    frame: input,
    holdsOfParts: holdsOfParts(artifacts, graph),
    neighbourOf: (name) => (neighbours.has(name) ? nameOf(neighbours.get(name)) : null),
    isCircular: circularMembers(artifacts.length, graph),
    subjectElsewhere: subjectsElsewhere(input, artifacts, graph),
  };
  return units.map((unit, at) => decideOwn(at, unit, votes(at), context));
}

/** Signatures may be kept in another repository than the image: while that image exists anywhere, they are no orphans. */
function subjectsElsewhere(input: PlanInput, artifacts: readonly Artifact[], graph: ImageGraph) {
  const absent = new Set(graph.absentSubjectsOf.flat());
  const present = new Set<string>();
  if (absent.size > 0) for (const { digest } of artifacts) if (absent.has(digest)) present.add(digest);
  return (at: number) =>
    graph.absentSubjectsOf[at]?.find((digest) => present.has(digest) || input.isDigestElsewhere?.(digest) === true) ??
    null;
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

function verdictOf(
  own: OwnDecision | undefined,
  needed: KeepReason | undefined,
  goesWithTop: ReclaimReason | null,
): Verdict {
  switch (own?.state) {
    case "stay":
      return { decision: "keep", reason: own.reason };
    case "untag":
      // A part of something kept keeps all its tags, as it would were all of them selected.
      if (needed !== undefined) return { decision: "keep", reason: needed };
      return {
        decision: "untag",
        tags: own.tags,
        reason: { code: "selected_tags", hits: own.hits, keptTags: own.keptTags },
      };
    case "go":
      if (needed !== undefined) return { decision: "keep", reason: needed };
      return { decision: "reclaim", reason: { code: "selected", hits: own.hits } };
    default:
      if (needed !== undefined) return { decision: "keep", reason: needed };
      return goesWithTop === null
        ? { decision: "keep", reason: { code: "circular" } }
        : { decision: "reclaim", reason: goesWithTop };
  }
}
