import type { Artifact } from "@/domain/rules/facts";
import { totalsOf } from "./build-items";
import { measureBytes } from "./measure-bytes";
import type { PlanItem, PlanTotals } from "./plan";

/** Sizes of items and of all of them together, measured again: over fewer items than were planned, or knowing more of what is held elsewhere. */
export function measureItems(
  kept: readonly PlanItem[],
  {
    artifacts,
    isBlobHeldElsewhere,
  }: { artifacts: readonly Artifact[]; isBlobHeldElsewhere?: (digest: string) => boolean },
): { items: PlanItem[]; totals: PlanTotals } {
  const keyOf = (repositoryName: string, digest: string) => `${repositoryName}@${digest}`;
  const positions = new Map(artifacts.map(({ repositoryName, digest }, at) => [keyOf(repositoryName, digest), at]));
  let manifests = 0;
  const nodes = kept.map((item) => {
    if (item.action === "untag") return { nodes: [] };
    const parts = [{ digest: item.digest, stays: false }, ...item.members].flatMap(({ digest, stays }) => {
      const at = positions.get(keyOf(item.repositoryName, digest));
      return at === undefined ? [] : [{ at, stays }];
    });
    manifests += parts.filter(({ stays }) => !stays).length;
    return { nodes: parts };
  });
  const sizes = measureBytes(nodes, artifacts, isBlobHeldElsewhere);
  const items = kept.map((item, at) => ({ ...item, ...sizes[at] }));
  return { items, totals: totalsOf(items, manifests) };
}
