import type { RunDto, RunNumbers } from "@/contracts/history";
import { plannedOf } from "@/domain/history/planned-of";
import { isFinished } from "@/domain/history/run-status";
import { formatDuration } from "@/lib/dates";
import { count, size } from "./output/text";

/** Whether nothing more will happen to a run by itself. One that waits for a confirmation will not go on either. */
export function isAtRest(run: Pick<RunDto, "status">): boolean {
  return run.status === "awaiting_confirmation" || (run.status !== "cancelling" && isFinished(run.status));
}

/** What a run is doing: a share from 0 to 1 where it is known, and words. */
export function runProgress(run: RunDto): { share: number | null; text: string } {
  const numbers = numbersOf(run);
  const phase = run.status === "queued" ? "queued" : run.status === "cancelling" ? "cancelling" : words(run.phase);
  const [done, total, noun] = run.kind === "gc" ? collectionSteps(run, numbers) : moveSteps(numbers);
  const share = total > 0 ? Math.min(1, done / total) : null;
  const steps = total > 0 ? `${done.toLocaleString("en-US")} of ${count(total, noun)}` : null;
  const freed = numbers.freedBytes ? `${size(numbers.freedBytes)} freed` : null;
  const left = numbers.secondsLeft ? `about ${formatDuration(numbers.secondsLeft * 1000)} left` : null;
  return { share, text: [phase, steps, freed, left].filter((part) => part !== null).join(", ") };
}

type Steps = [done: number, total: number, noun: string];

function moveSteps(numbers: RunNumbers): Steps {
  const done = (numbers.itemsDone ?? 0) + (numbers.itemsSkipped ?? 0) + (numbers.itemsFailed ?? 0);
  return [done, numbers.itemsTotal ?? 0, "image"];
}

function collectionSteps(run: RunDto, numbers: RunNumbers): Steps {
  if (run.phase === "sweeping" || run.phase === "finishing") {
    return [numbers.deletedBlobs ?? 0, numbers.candidateBlobs ?? 0, "blob"];
  }
  if (numbers.blobsTotal) return [numbers.blobsDone ?? 0, numbers.blobsTotal, "blob"];
  return [numbers.manifestsDone ?? 0, numbers.manifestsTotal ?? 0, "manifest"];
}

/** Progress and totals as one: afterwards its totals are what counts. */
function numbersOf(run: Pick<RunDto, "status" | "progress" | "totals">): RunNumbers {
  return isAtRest(run) ? { ...run.progress, ...run.totals } : { ...run.totals, ...run.progress };
}

const words = (phase: string): string => phase.replaceAll("_", " ");

/** What a run is: "preview", "reclaim run", "restore", "garbage collection". */
export function runName(run: Pick<RunDto, "kind" | "isDryRun" | "options">): string {
  if (run.kind === "gc") return run.isDryRun ? "garbage collection (dry run)" : "garbage collection";
  if (run.kind !== "reclaim") return run.kind;
  if (run.options.byHand !== undefined) return run.options.byHand === "untag" ? "deletion of tags" : "deletion";
  return run.isDryRun ? "preview" : "reclaim run";
}

/** One sentence on what came of a run, in its own verb; honest for stopped ones too. */
export function runOutcome(run: RunDto): string {
  const numbers = numbersOf(run);
  const done = count(numbers.itemsDone ?? 0, "image");
  const failed = numbers.itemsFailed ? `, ${count(numbers.itemsFailed, "image")} failed` : "";
  const skipped = numbers.itemsSkipped
    ? `, ${count(numbers.itemsSkipped, "image")} left alone because they changed`
    : "";
  switch (run.kind) {
    case "reclaim":
      if (run.isDryRun) {
        const frees = numbers.uniqueBytes === undefined ? "" : `; purging them frees ${size(numbers.uniqueBytes)}`;
        const leftOut = numbers.itemsLeftOut ? `${count(numbers.itemsLeftOut, "image")} left out by a limit, ` : "";
        return `${count(plannedOf(numbers), "image")} would go, ${leftOut}${count(numbers.itemsKept ?? 0, "image")} kept${frees}`;
      }
      if (run.options.byHand === "untag") return `tags of ${done} deleted${skipped}${failed}`;
      if (run.options.skipBin === true)
        return `${count(numbers.itemsPurged ?? 0, "image")} destroyed${skipped}${failed}`;
      return `${done} moved to the recycle bin${skipped}${failed}`;
    case "restore":
      return `${done} restored${skipped}${failed}`;
    case "purge":
      return `${done} purged${skipped}${failed}`;
    case "gc":
      return run.isDryRun
        ? `${count(numbers.candidateBlobs ?? 0, "blob")} could be deleted, ${size(numbers.candidateBytes ?? 0)}`
        : collected(numbers);
  }
}

/** An online collection puts aside first: what can still be put back is not freed. */
function collected(numbers: RunNumbers): string {
  const { deletedBlobs = 0, quarantinedBlobs = 0, returnedBlobs = 0, undoUntil } = numbers;
  if (undoUntil !== undefined)
    return `${count(quarantinedBlobs, "blob")} put aside, ${size(numbers.quarantinedBytes ?? 0)}: freed when they are deleted for good`;
  if (deletedBlobs === 0 && returnedBlobs > 0) return `${count(returnedBlobs, "blob")} put back, 0 B freed`;
  return `${count(deletedBlobs, "blob")} deleted, ${size(numbers.freedBytes ?? 0)} freed`;
}

const STATUS: Partial<Record<RunDto["status"], string>> = {
  succeeded: "done",
  partial_limit: "stopped at a limit",
  time_boxed: "time was up",
  awaiting_confirmation: "waits for confirmation",
};

/** A run's state in words. */
export function runStatus(status: RunDto["status"]): string {
  return STATUS[status] ?? status;
}
