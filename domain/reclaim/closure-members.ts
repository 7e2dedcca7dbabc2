import type { ImageGraph } from "@/domain/images/image-graph";
import type { Role } from "@/domain/rules/verdict";

/** A member of an image by position. */
export interface MemberNode {
  at: number;
  role: Role;
}

const NO_MEMBERS: readonly MemberNode[] = [];

/**
 * The whole closure of an image without its top manifest: children through every index, then referrers of all of these and of the
 * top one with their own parts. What a manifest lists always comes before it, so that this is the order of copying. Circles end.
 */
export function closureMembers(top: number, graph: ImageGraph): readonly MemberNode[] {
  // Most images have no parts, and there are millions.
  if (graph.childrenOf[top]?.length === 0 && graph.referrersOf[top]?.length === 0) return NO_MEMBERS;
  const seen = new Set([top]);
  const children = childrenFirst(top, graph, seen);
  const members: MemberNode[] = children.map((at) => ({ at, role: "child" }));
  const subjects = [top, ...children];
  for (let head = 0; head < subjects.length; head++) {
    for (const referrer of graph.referrersOf[subjects[head] ?? top] ?? []) {
      if (seen.has(referrer)) continue;
      seen.add(referrer);
      const parts = [...childrenFirst(referrer, graph, seen), referrer];
      members.push(...parts.map((at) => ({ at, role: "referrer" as const })));
      subjects.push(...parts);
    }
  }
  return members;
}

/** Everything below a manifest that was not seen yet, each after what it lists itself; without the manifest. Marks it all as seen. */
function childrenFirst(root: number, graph: ImageGraph, seen: Set<number>): number[] {
  const result: number[] = [];
  const path = [{ at: root, next: 0 }];
  for (let frame = path.at(-1); frame !== undefined; frame = path.at(-1)) {
    const child = graph.childrenOf[frame.at]?.[frame.next];
    frame.next++;
    if (child === undefined) {
      path.pop();
      if (frame.at !== root) result.push(frame.at);
    } else if (!seen.has(child)) {
      seen.add(child);
      path.push({ at: child, next: 0 });
    }
  }
  return result;
}
