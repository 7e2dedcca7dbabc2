import { buildImageGraph, type GraphNode } from "@/domain/images/image-graph";

/**
 * Of manifests whose removal was begun and interrupted, those that still nobody needs: no tag but the recorded ones points at them, and
 * no index that stays lists them, and no subject that stays owns them. `repository` is every manifest of their repository now.
 */
export function stillRemovable(
  repository: readonly GraphNode[],
  begun: ReadonlySet<string>,
  recordedTags: ReadonlySet<string>,
): Set<string> {
  const graph = buildImageGraph(repository);
  const digestAt = (at: number) => repository[at]?.digest ?? "";
  const going = new Set<string>();
  for (const { digest, tags } of repository) {
    if (begun.has(digest) && tags.every((tag) => recordedTags.has(tag.name))) going.add(digest);
  }
  for (let isSettled = false; !isSettled; ) {
    isSettled = true;
    repository.forEach(({ digest }, at) => {
      if (!going.has(digest)) return;
      const holders = [...(graph.parentsOf[at] ?? []), ...(graph.subjectsOf[at] ?? [])];
      if (holders.every((holder) => going.has(digestAt(holder)))) return;
      going.delete(digest);
      isSettled = false;
    });
  }
  return going;
}
