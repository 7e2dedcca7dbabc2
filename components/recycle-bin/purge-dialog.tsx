"use client";

import type { BinEntryDto, BinSummaryDto } from "@/contracts/recycle-bin";
import { formatBytes } from "@/lib/bytes";
import { count } from "../history/run-words";
import { ConfirmDialog } from "../ui/confirm-dialog";

/** What is to be purged, in numbers. */
export type PurgeNumbers = {
  entries: number;
  tags: number;
  manifests: number;
  /** null = too many to say */
  freedBytes: number | null;
  /** what only several of them share comes on top */
  isAtLeast: boolean;
};

export function numbersOfEntries(entries: readonly BinEntryDto[]): PurgeNumbers {
  return {
    entries: entries.length,
    tags: sum(entries, (entry) => entry.tags.length),
    manifests: sum(entries, (entry) => entry.manifestCount),
    freedBytes: sum(entries, (entry) => entry.uniqueBytes),
    isAtLeast: entries.length > 1,
  };
}

export function numbersOfSummary(summary: BinSummaryDto): PurgeNumbers {
  const { entryCount, tagCount, manifestCount, freedBytes } = summary;
  return { entries: entryCount, tags: tagCount, manifests: manifestCount, freedBytes, isAtLeast: false };
}

/** Asks before entries are purged: numbers first, then the space's name typed, then "Destroy". */
export function PurgeDialog({
  numbers,
  title,
  spaceName,
  open,
  onOpenChange,
  onConfirm,
}: {
  numbers: PurgeNumbers;
  /** default: how many are purged */
  title?: string;
  spaceName: string;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  onConfirm: () => Promise<void>;
}) {
  return (
    <ConfirmDialog
      open={open}
      onOpenChange={onOpenChange}
      title={title ?? `Purge ${count(numbers.entries, "image")} for good?`}
      description={
        <>
          {count(numbers.entries, "image")} with {count(numbers.tags, "tag")} and {count(numbers.manifests, "manifest")}{" "}
          leave the recycle bin and <strong className="font-medium text-ink">cannot be restored</strong>.{" "}
          {numbers.freedBytes === null
            ? "How much the next garbage collection frees then is not known for so many."
            : `The next garbage collection then frees ${numbers.isAtLeast ? "at least " : ""}about ${formatBytes(numbers.freedBytes)}.`}{" "}
          Layers that other images share stay.
        </>
      }
      typedName={spaceName}
      confirmLabel="Destroy"
      onConfirm={onConfirm}
    />
  );
}

function sum(entries: readonly BinEntryDto[], value: (entry: BinEntryDto) => number): number {
  return entries.reduce((total, entry) => total + value(entry), 0);
}
