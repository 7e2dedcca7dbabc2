import { buildImageGraph, type ImageGraph } from "@/domain/images/image-graph";
import { type Artifact, compareText } from "@/domain/rules/facts";
import { buildUnits, type Unit } from "@/domain/rules/unit";
import type { OwnContext } from "./decide-own";
import { circularMembers, holdsOfParts, unreadableByRepository } from "./guards";
import { nameOf } from "./keep-closure";
import type { PlanBasis } from "./plan";

/** The facts of a plan drawn together; everything by position in `artifacts`. */
export interface PlanFacts {
  artifacts: readonly Artifact[];
  graph: ImageGraph;
  units: readonly Unit[];
  /** Positions by repository. */
  repositories: ReadonlyMap<string, readonly number[]>;
  context: OwnContext;
}

/**
 * Draws the facts of a plan together, in one order for everything, so that no result, not even the choice between two equally good reasons,
 * depends on the order given. Throws an Error where an artifact is given twice.
 */
export function drawPlanFacts(input: PlanBasis): PlanFacts {
  const artifacts = [...input.artifacts].sort(
    (a, b) => compareText(a.repositoryName, b.repositoryName) || compareText(a.digest, b.digest),
  );
  const graph = buildImageGraph(artifacts);
  const neighbours = unreadableByRepository(artifacts);
  return {
    ...{ artifacts, graph, units: buildUnits(artifacts, graph), repositories: groupByRepository(artifacts) },
    context: {
      graph,
      frame: input,
      holdsOfParts: holdsOfParts(artifacts, graph),
      neighbourOf: (name) => (neighbours.has(name) ? nameOf(neighbours.get(name)) : null),
      isCircular: circularMembers(artifacts.length, graph),
      subjectElsewhere: subjectsElsewhere(input, artifacts, graph),
    },
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

/** Signatures may be kept in another repository than the image: while that image exists anywhere, they are no orphans. */
function subjectsElsewhere(input: PlanBasis, artifacts: readonly Artifact[], graph: ImageGraph) {
  const absent = new Set(graph.absentSubjectsOf.flat());
  const present = new Set<string>();
  if (absent.size > 0) for (const { digest } of artifacts) if (absent.has(digest)) present.add(digest);
  return (at: number) =>
    graph.absentSubjectsOf[at]?.find((digest) => present.has(digest) || input.isDigestElsewhere?.(digest) === true) ??
    null;
}
