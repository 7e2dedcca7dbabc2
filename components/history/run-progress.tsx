import type { RunDto } from "@/contracts/history";
import { formatBytes } from "@/lib/bytes";
import { ProgressBar } from "../ui/progress-bar";
import { phaseText } from "./run-event-words";
import { group, runNumbers } from "./run-words";

/** How far a live run that moves images is, with the image it is at. */
export function RunProgress({ run }: { run: RunDto }) {
  const numbers = runNumbers(run);
  const { itemsTotal, itemsDone = 0, itemsSkipped = 0, itemsFailed = 0, logicalBytes, currentItem } = numbers;
  const seen = itemsDone + itemsSkipped + itemsFailed;
  const isCounted = itemsTotal !== undefined && itemsTotal > 0 && !(run.kind === "reclaim" && run.isDryRun);
  const valueText = isCounted
    ? `${group(seen)} of ${group(itemsTotal)} images${logicalBytes === undefined ? "" : `, ${formatBytes(logicalBytes)}`}`
    : "";
  return (
    <ProgressBar
      label={labelOf(run)}
      value={isCounted ? seen : undefined}
      max={isCounted ? itemsTotal : 1}
      valueText={valueText}
      tone={run.status === "cancelling" ? "warning" : "accent"}
      detail={currentItem ? <span className="block truncate">Now: {currentItem}</span> : undefined}
    />
  );
}

function labelOf(run: RunDto): string {
  if (run.status === "cancelling") return "Cancelling: the image that is being moved is finished first";
  if (run.status === "queued") return "Waiting for a worker to take it up";
  return phaseText(run.phase);
}
