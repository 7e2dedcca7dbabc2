/** Sizes in bytes, each blob counted once within each of them. */
export interface HeldSizes {
  /** what the images of a space store */
  storedBytes: number;
  /** of that, what would be freed if every untagged image went */
  untaggedBytes: number;
  /** what only the recycle bin keeps, so no part of storedBytes */
  binBytes: number;
  /** what a collection that deletes untagged manifests would free; null = not known, or not only of this space */
  unreferencedBytes: number | null;
}

/**
 * What could be freed of what is held. Unused data as it is measured holds what untagged images store too, so that only what goes beyond
 * it counts as more; the share never exceeds 1.
 */
export function reclaimableOf(sizes: HeldSizes): {
  reclaimableBytes: number;
  heldBytes: number;
  share: number | null;
} {
  const untagged = Math.min(sizes.untaggedBytes, sizes.storedBytes);
  const beyond = Math.max(0, (sizes.unreferencedBytes ?? 0) - untagged);
  const heldBytes = sizes.storedBytes + sizes.binBytes + beyond;
  const reclaimableBytes = untagged + sizes.binBytes + beyond;
  return { reclaimableBytes, heldBytes, share: heldBytes === 0 ? null : reclaimableBytes / heldBytes };
}
