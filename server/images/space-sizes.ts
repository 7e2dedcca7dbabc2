import type { WorkspaceStorageDto } from "@/contracts/storage";
import { reclaimableOf } from "@/domain/images/reclaimable";
import type { SpaceSizes } from "./space-storage.store";

type Sizes = WorkspaceStorageDto["total"];

/** What was measured this very moment. */
export interface MeasuredNow {
  storedBytes?: bigint | undefined;
  untaggedBytes?: bigint | undefined;
}

/** Unused data of a registry, as the API shows it. */
export function unreferencedOf(row: Pick<SpaceSizes, "unusedBytes" | "unusedMeasuredAt">) {
  if (row.unusedMeasuredAt === null) return null;
  return { bytes: Number(row.unusedBytes ?? 0n), measuredAt: row.unusedMeasuredAt.toISOString() };
}

/**
 * Sizes of one space. What was not measured now is the latest sample's while the inventory is the same; else it is that sample within what
 * its repositories allow: a space stores at least what its largest repository does, and at most all of them together.
 */
export function spaceSizes(row: SpaceSizes, binBytes: number, now: MeasuredNow): Sizes {
  const estimate = row.isSampleCurrent ? (row.storedBytes ?? 0n) : within(row);
  const storedBytes = Number(now.storedBytes ?? estimate);
  const isOne = row.largestStored === row.summedStored && !row.isAnySizeStale;
  const isStale = now.storedBytes === undefined && !row.isSampleCurrent && !isOne;
  // What others share of it changes without the inventory of this space.
  const isUntaggedStale = now.untaggedBytes === undefined && row.untaggedCount > 0;
  const untaggedBytes = row.untaggedCount === 0 ? 0 : Number(now.untaggedBytes ?? row.untaggedBytes ?? 0n);
  return {
    imageCount: row.imageCount,
    tagCount: row.tagCount,
    brokenCount: row.brokenCount,
    logicalBytes: Number(row.logicalBytes),
    storedBytes,
    isStale,
    measuredAt: isStale || isUntaggedStale ? (row.measuredAt?.toISOString() ?? null) : null,
    untagged: { images: row.untaggedCount, bytes: untaggedBytes, isStale: isUntaggedStale },
    bin: { entries: row.binEntryCount, bytes: binBytes },
    freedBytes: Number(row.freedBytes),
    reclaimable: reclaimableOf({
      ...{ storedBytes, untaggedBytes, binBytes },
      unreferencedBytes: row.isShared ? null : (unreferencedOf(row)?.bytes ?? null),
    }),
  };
}

function within(row: SpaceSizes): bigint {
  const sampled = row.storedBytes ?? row.summedStored;
  if (sampled < row.largestStored) return row.largestStored;
  return sampled > row.summedStored ? row.summedStored : sampled;
}

/** Sizes added up; `reclaimable` and `freedBytes` are the caller's, because spaces of one registry share them. */
export function addSizes(all: readonly Sizes[]): Omit<Sizes, "reclaimable" | "freedBytes"> {
  const sum = (read: (one: Sizes) => number) => all.reduce((total, one) => total + read(one), 0);
  const measured = all.flatMap((one) => one.measuredAt ?? []).sort();
  return {
    imageCount: sum((one) => one.imageCount),
    tagCount: sum((one) => one.tagCount),
    brokenCount: sum((one) => one.brokenCount),
    logicalBytes: sum((one) => one.logicalBytes),
    storedBytes: sum((one) => one.storedBytes),
    isStale: all.some((one) => one.isStale),
    measuredAt: measured[0] ?? null,
    untagged: {
      images: sum((one) => one.untagged.images),
      bytes: sum((one) => one.untagged.bytes),
      isStale: all.some((one) => one.untagged.isStale),
    },
    bin: { entries: sum((one) => one.bin.entries), bytes: sum((one) => one.bin.bytes) },
  };
}
