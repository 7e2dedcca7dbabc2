import { type ImageGraph, imageTags } from "@/domain/images/image-graph";
import { type Artifact, compareText } from "@/domain/rules/facts";
import type { KeepReason } from "@/domain/rules/verdict";

/**
 * Everything that what is kept needs, with the reason: children of a kept index, referrers of a kept subject, and the subject of a kept
 * referrer. Breadth first from the given positions in order, so that the reason is the nearest one and always the same.
 */
export function keepClosure(
  kept: readonly number[],
  artifacts: readonly Artifact[],
  graph: ImageGraph,
): Map<number, KeepReason> {
  const reasons = new Map<number, KeepReason>();
  const seen = new Set(kept);
  const queue = [...kept];
  for (let head = 0; head < queue.length; head++) {
    const node = queue[head] ?? 0;
    const reach = (code: "child_of" | "referrer_of" | "subject_of", neighbours: readonly number[] = []) => {
      for (const neighbour of neighbours) {
        if (seen.has(neighbour)) continue;
        seen.add(neighbour);
        queue.push(neighbour);
        reasons.set(neighbour, { code, ...nameOf(artifacts[node]) });
      }
    };
    reach("child_of", graph.childrenOf[node]);
    reach("referrer_of", graph.referrersOf[node]);
    reach("subject_of", graph.subjectsOf[node]);
  }
  return reasons;
}

/** An artifact as reasons name it: its digest, and the first of its own tags. */
export function nameOf(artifact: Artifact | undefined): { digest: string; tag: string | null } {
  if (artifact === undefined) return { digest: "", tag: null };
  const [tag] = imageTags(artifact.tags)
    .map((candidate) => candidate.name)
    .sort(compareText);
  return { digest: artifact.digest, tag: tag ?? null };
}
