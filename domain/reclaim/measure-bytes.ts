import type { Artifact, BlobFact } from "@/domain/rules/facts";
import type { ItemSizes } from "./plan";

/** One item by the positions of its manifests: the top one and its members. */
export interface ItemNodes {
  nodes: readonly { at: number; stays: boolean }[];
}

const HELD = -1;

/**
 * Sizes of all items, exact over the selection: a blob is freed where every manifest that refers to it goes. Linear in the number of
 * references. Position n of the result belongs to item n.
 */
export function measureBytes(
  items: readonly ItemNodes[],
  artifacts: readonly Artifact[],
  isBlobHeldElsewhere: (digest: string) => boolean = () => false,
): ItemSizes[] {
  const goesWith = new Map<number, number>();
  const itemsOf = new Map<number, number>();
  items.forEach(({ nodes }, item) => {
    for (const { at, stays } of nodes) {
      if (!stays) goesWith.set(at, item);
      itemsOf.set(at, (itemsOf.get(at) ?? 0) + 1);
    }
  });
  // The last item that holds a blob, and the one that alone holds it; HELD where something outside the selection does.
  const lastItem = new Map<string, number>();
  const onlyItem = new Map<string, number>();
  for (const [at, item] of goesWith) {
    const isExclusive = itemsOf.get(at) === 1;
    for (const { digest } of blobsOf(artifacts, at)) {
      lastItem.set(digest, Math.max(lastItem.get(digest) ?? HELD, item));
      const known = onlyItem.get(digest);
      onlyItem.set(digest, isExclusive && (known === undefined || known === item) ? item : HELD);
    }
  }
  artifacts.forEach((artifact, at) => {
    if (!goesWith.has(at)) for (const { digest } of artifact.blobs) hold(digest);
  });
  for (const digest of lastItem.keys()) if (isBlobHeldElsewhere(digest)) hold(digest);

  function hold(digest: string): void {
    if (!lastItem.has(digest)) return;
    lastItem.set(digest, HELD);
    onlyItem.set(digest, HELD);
  }

  return items.map(({ nodes }, item) => {
    const sizes = { logicalSizeBytes: 0, uniqueSizeBytes: 0, ownSizeBytes: 0, sharedSizeBytes: 0 };
    const counted = new Set<string>();
    for (const { at } of nodes) {
      for (const { digest, sizeBytes } of blobsOf(artifacts, at)) {
        if (counted.has(digest)) continue;
        counted.add(digest);
        sizes.logicalSizeBytes += sizeBytes;
        if (lastItem.get(digest) === item) sizes.uniqueSizeBytes += sizeBytes;
        if (onlyItem.get(digest) === item) sizes.ownSizeBytes += sizeBytes;
      }
    }
    sizes.sharedSizeBytes = sizes.logicalSizeBytes - sizes.ownSizeBytes;
    return sizes;
  });
}

function blobsOf(artifacts: readonly Artifact[], at: number): readonly BlobFact[] {
  return artifacts[at]?.blobs ?? [];
}
