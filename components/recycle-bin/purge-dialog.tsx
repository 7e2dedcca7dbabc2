"use client";

import type { BinEntryDto } from "@/contracts/recycle-bin";
import { formatBytes } from "@/lib/bytes";
import { count } from "../history/run-words";
import { ConfirmDialog } from "../ui/confirm-dialog";

/** Asks before entries are purged: numbers first, then the space's name typed, then "Destroy". */
export function PurgeDialog({
  entries,
  spaceName,
  open,
  onOpenChange,
  onConfirm,
}: {
  entries: readonly BinEntryDto[];
  spaceName: string;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  onConfirm: () => Promise<void>;
}) {
  const tags = sum(entries, (entry) => entry.tags.length);
  const manifests = sum(entries, (entry) => entry.manifestCount);
  const unique = sum(entries, (entry) => entry.uniqueBytes);
  return (
    <ConfirmDialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Purge ${count(entries.length, "image")} for good?`}
      description={
        <>
          {count(entries.length, "image")} with {count(tags, "tag")} and {count(manifests, "manifest")} leave the
          recycle bin and <strong className="font-medium text-ink">cannot be restored</strong>. The next garbage
          collection then frees {/* Each counts what it alone holds: what only several of them share comes on top. */}
          {entries.length > 1 ? "at least " : ""}about {formatBytes(unique)}. Layers that other images share stay.
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
