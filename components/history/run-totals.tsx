"use client";

import type { RunDto } from "@/contracts/history";
import { formatBytes } from "@/lib/bytes";
import { StatRow, StatTile } from "../ui/stat-tile";
import { useLeftOutCount } from "./queries";
import { group, handRunOf, isRunOver, runNumbers } from "./run-words";

/** The numbers of a run that moves images, or of its preview; of a live run: so far. */
export function RunTotals({ workspaceId, run }: { workspaceId: string; run: RunDto }) {
  const numbers = runNumbers(run);
  const leftOut = useLeftOutCount(workspaceId, run) ?? 0;
  const isPlan = run.kind === "reclaim" && run.isDryRun;
  // What it would take is said where it is asked; of what it took there is nothing yet.
  const isWaiting = run.status === "awaiting_confirmation";
  const { itemsTotal, itemsDone = 0, itemsSkipped = 0, itemsFailed = 0 } = numbers;
  return (
    <StatRow>
      <StatTile
        label={isPlan ? "Images that go" : handRunOf(run) === "tags" ? "Images that lost tags" : DONE_LABEL[run.kind]}
        value={isPlan ? (itemsTotal === undefined ? "–" : group(itemsTotal - leftOut)) : group(itemsDone)}
        detail={isPlan || itemsTotal === undefined ? undefined : `of ${group(itemsTotal)}`}
        tone={isPlan && itemsTotal ? "warning" : "neutral"}
      />
      {numbers.itemsPurged === undefined ? null : (
        <StatTile label="Images purged" value={group(numbers.itemsPurged)} detail="for good" tone="warning" />
      )}
      {numbers.itemsKept === undefined ? null : (
        <StatTile label="Images kept" value={group(numbers.itemsKept)} detail="each with its reason" />
      )}
      {numbers.tagsTotal === undefined ? null : <StatTile label="Tags" value={group(numbers.tagsTotal)} />}
      {numbers.logicalBytes === undefined || isWaiting ? null : (
        <StatTile label="Size" value={formatBytes(numbers.logicalBytes)} detail="as a pull transfers it" />
      )}
      {numbers.uniqueBytes === undefined || run.kind !== "reclaim" || isWaiting ? null : (
        <StatTile
          label="Freed later"
          value={`about ${formatBytes(numbers.uniqueBytes)}`}
          detail="after purge and garbage collection"
          tone="positive"
        />
      )}
      {leftOut > 0 ? (
        <StatTile label="Left out" value={group(leftOut)} detail="for another run" tone="warning" />
      ) : null}
      {itemsSkipped > 0 ? (
        <StatTile label="Skipped" value={group(itemsSkipped)} detail="changed since the plan" tone="warning" />
      ) : null}
      {itemsFailed > 0 ? (
        <StatTile
          label="Failed"
          value={group(itemsFailed)}
          detail={isRunOver(run) ? "still where they were" : undefined}
          tone="danger"
        />
      ) : null}
    </StatRow>
  );
}

const DONE_LABEL = {
  reclaim: "Images moved",
  restore: "Images restored",
  purge: "Images purged",
  gc: "Blobs",
} as const;
