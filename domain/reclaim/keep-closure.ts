import { type ImageGraph, imageTags } from "@/domain/images/image-graph";
import { type Artifact, compareText } from "@/domain/rules/facts";
import type { KeepReason } from "@/domain/rules/verdict";

/**
 * Everything that is needed by something else that is kept, with the reason: children of a kept index, referrers of a kept subject, and
 * the subject of a kept referrer. Breadth first from the given positions in order, so that the reason is the nearest one and always the
 * same. A given artifact is in the result only where another one needs it, not for what it keeps itself.
 */
export function keepClosure(
  kept: readonly number[],
  artifacts: readonly Artifact[],
  graph: ImageGraph,
): Map<number, KeepReason> {
  const reasons = new Map<number, KeepReason>();
  // Two origins for each artifact are enough to know whether one of them is another than itself.
  const origins = new Map<number, [number, number?]>();
  const queue: { node: number; origin: number }[] = [];
  const reach = (node: number, origin: number, reason: (() => KeepReason) | null) => {
    const known = origins.get(node);
    if (known === undefined) origins.set(node, [origin]);
    else if (known.length === 1 && known[0] !== origin) known.push(origin);
    else return;
    queue.push({ node, origin });
    if (reason !== null && origin !== node && !reasons.has(node)) reasons.set(node, reason());
  };
  // What needs nothing keeps nothing: most images of a space, and there are millions.
  for (const at of kept) if (hasNeeds(at, graph)) reach(at, at, null);
  for (let head = 0; head < queue.length; head++) {
    const { node, origin } = queue[head] ?? { node: 0, origin: 0 };
    const spread = (code: "child_of" | "referrer_of" | "subject_of", neighbours: readonly number[] = []) => {
      for (const neighbour of neighbours) reach(neighbour, origin, () => ({ code, ...nameOf(artifacts[node]) }));
    };
    spread("child_of", graph.childrenOf[node]);
    spread("referrer_of", graph.referrersOf[node]);
    spread("subject_of", graph.subjectsOf[node]);
  }
  return reasons;
}

function hasNeeds(at: number, { childrenOf, referrersOf, subjectsOf }: ImageGraph): boolean {
  return childrenOf[at]?.length !== 0 || referrersOf[at]?.length !== 0 || subjectsOf[at]?.length !== 0;
}

/** An artifact as reasons name it: its digest, and the first of its own tags. */
export function nameOf(artifact: Artifact | undefined): { digest: string; tag: string | null } {
  if (artifact === undefined) return { digest: "", tag: null };
  const [tag] = imageTags(artifact.tags)
    .map((candidate) => candidate.name)
    .sort(compareText);
  return { digest: artifact.digest, tag: tag ?? null };
}
