"use client";

import { toast } from "sonner";
import type { BinSummaryDto } from "@/contracts/recycle-bin";
import type { Permission } from "@/domain/access/permissions";
import { formatBytes } from "@/lib/bytes";
import { count } from "../history/run-words";
import { GatedButton, missingPermissionText } from "../reclaim/gated-button";
import { problemOf } from "../ui/problem-of";
import { RelativeTime } from "../ui/relative-time";
import { Skeleton } from "../ui/skeleton";
import { useCheckBin } from "./queries";

/** What the bin (or what the filter finds of it) holds as one, and what can be done with all of it. */
export function BinTotals({
  workspaceId,
  spaceId,
  summary,
  isFiltered,
  permissions,
  onEmpty,
}: {
  workspaceId: string;
  spaceId: string | null;
  summary: BinSummaryDto | undefined;
  isFiltered: boolean;
  permissions: readonly Permission[];
  /** null = not possible over several spaces */
  onEmpty: (() => void) | null;
}) {
  const check = useCheckBin(workspaceId);
  const verify = async () => {
    if (spaceId === null) return;
    try {
      const { pending } = await check.mutateAsync(spaceId);
      toast.success(`${count(pending, "entry", "entries")} will be read back from the registry`);
    } catch (error) {
      toast.error(problemOf(error)?.title ?? "That did not work", { description: problemOf(error)?.detail });
    }
  };
  const isEmpty = summary?.entryCount === 0;
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
      <p className="min-w-0 max-w-prose text-muted" aria-live="polite">
        {summary === undefined ? <Skeleton className="w-72" /> : <Totals summary={summary} isFiltered={isFiltered} />}
      </p>
      <div className="flex flex-wrap items-center gap-2">
        <GatedButton
          size="sm"
          loading={check.isPending}
          onClick={verify}
          reason={
            !permissions.includes("bin.restore")
              ? missingPermissionText("bin.restore")
              : spaceId === null
                ? "Choose one registry space first."
                : isEmpty
                  ? "There is nothing to check."
                  : null
          }
        >
          Check all entries
        </GatedButton>
        <GatedButton
          size="sm"
          variant="danger"
          onClick={() => onEmpty?.()}
          reason={
            !permissions.includes("bin.purge")
              ? missingPermissionText("bin.purge")
              : onEmpty === null
                ? "Choose one registry space first: its name confirms a purge."
                : isEmpty
                  ? "There is nothing to purge."
                  : null
          }
        >
          {isFiltered ? "Purge all that match…" : "Empty recycle bin…"}
        </GatedButton>
      </div>
    </div>
  );
}

function Totals({ summary, isFiltered }: { summary: BinSummaryDto; isFiltered: boolean }) {
  const { entryCount, logicalBytes, freedBytes, checks } = summary;
  if (entryCount === 0 && !isFiltered) {
    return <>Recycled images cannot be pulled. Until their time is up they can be restored with all their tags.</>;
  }
  return (
    <>
      <strong className="font-semibold text-ink tabular-nums">{count(entryCount, "image")}</strong>
      {isFiltered ? " found" : " in the bin"}, {formatBytes(logicalBytes)} with everything that belongs to them.{" "}
      {freedBytes === null
        ? "What their purge would free is not worked out for so many."
        : `Purging ${isFiltered ? "these" : "all"} frees about ${formatBytes(freedBytes)}.`}{" "}
      Recycled images cannot be pulled.
      {checks.pending > 0 ? (
        <> {count(checks.pending, "entry", "entries")} wait to be read back from the registry.</>
      ) : checks.lastAt !== null ? (
        <>
          {" "}
          Last read back <RelativeTime at={checks.lastAt} />.
        </>
      ) : null}
    </>
  );
}
