import type { RunDto } from "@/contracts/history";
import { Callout } from "../ui/callout";
import { count, handRunOf, isRunOver, runNumbers, runOutcomeText } from "./run-words";

/** What is to be said about how a run ended, where it did not simply finish: the reason, and what stays done. */
export function RunEndNote({ run }: { run: RunDto }) {
  if (!isRunOver(run)) return null;
  switch (run.status) {
    case "failed":
      return (
        <Callout tone="danger" title={run.error?.message ?? "The run failed"} live>
          {staysDone(run)}
        </Callout>
      );
    case "cancelled":
      return (
        <Callout tone="warning" title={run.error?.message ?? cancelledText(run)} live>
          {staysDone(run)}
        </Callout>
      );
    case "partial_limit":
      return (
        <Callout tone="warning" title={run.error?.message ?? "Stopped at a limit of the rule"} live>
          {staysDone(run)} What was left out is listed below; the next run goes on from there.
        </Callout>
      );
    case "time_boxed":
      return (
        <Callout tone="warning" title="Its time was up" live>
          {staysDone(run)} The next one goes on from there.
        </Callout>
      );
    default:
      return <FailedItems run={run} />;
  }
}

function cancelledText({ cancelRequestedBy }: RunDto): string {
  return cancelRequestedBy ? `Cancelled by ${cancelRequestedBy}` : "Cancelled";
}

function FailedItems({ run }: { run: RunDto }) {
  const { itemsFailed = 0, itemsSkipped = 0 } = runNumbers(run);
  if (itemsFailed === 0 && itemsSkipped === 0) return null;
  const parts = [
    itemsSkipped > 0 ? `${count(itemsSkipped, "image")} changed after the plan was made and stayed` : null,
    itemsFailed > 0 ? `${count(itemsFailed, "image")} could not be moved and stayed` : null,
  ].filter((part) => part !== null);
  return (
    <Callout tone={itemsFailed > 0 ? "danger" : "info"} title={`${parts.join("; ")}.`}>
      Each one is listed below with the reason.
    </Callout>
  );
}

function staysDone(run: RunDto): string {
  switch (run.kind) {
    case "reclaim":
      if (handRunOf(run) === "images_for_good") {
        return `${runOutcomeText(run)}; what was not purged is in the recycle bin and can be restored.`;
      }
      if (handRunOf(run) === "tags") return `${runOutcomeText(run)}; the others are as they were.`;
      return run.isDryRun
        ? "A preview moves nothing."
        : `${runOutcomeText(run)}; what was moved stays there and can be restored.`;
    case "restore":
      return `${runOutcomeText(run)}; the rest is still in the recycle bin.`;
    case "purge":
      return `${runOutcomeText(run)}; the rest is still in the recycle bin.`;
    case "gc":
      return run.isDryRun ? "A dry run deletes nothing." : `${runOutcomeText(run)}; what was deleted stays deleted.`;
  }
}
