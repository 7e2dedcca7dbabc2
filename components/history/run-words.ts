import type { RunDto, RunNumbers } from "@/contracts/history";
import { plannedOf } from "@/domain/history/planned-of";
import { type DisplayStatus, isFinished } from "@/domain/history/run-status";

type Tone = "neutral" | "positive" | "warning" | "danger" | "info" | "progress";

/** Whether nothing more will happen to a run. "Cancelling" is not over: its worker has yet to stop. */
export function isRunOver(run: Pick<RunDto, "status">): boolean {
  return run.status !== "cancelling" && isFinished(run.status);
}

const STATUS: Record<DisplayStatus, { label: string; tone: Tone }> = {
  queued: { label: "Queued", tone: "info" },
  running: { label: "Running", tone: "progress" },
  awaiting_confirmation: { label: "Waiting for confirmation", tone: "warning" },
  cancelling: { label: "Cancelling", tone: "warning" },
  succeeded: { label: "Done", tone: "positive" },
  failed: { label: "Failed", tone: "danger" },
  cancelled: { label: "Cancelled", tone: "warning" },
  partial_limit: { label: "Stopped at a limit", tone: "warning" },
  time_boxed: { label: "Time was up", tone: "warning" },
};

/** A run's state in words, with its tone. */
export function runStatusLook(status: DisplayStatus): { label: string; tone: Tone } {
  return STATUS[status];
}

/** What somebody chose by hand: images, images without the recycle bin, or tags; null for a run by rules and for every other kind. */
export function handRunOf(run: Pick<RunDto, "kind" | "options">): "images" | "images_for_good" | "tags" | null {
  if (run.kind !== "reclaim" || run.options.byHand === undefined) return null;
  if (run.options.byHand === "untag") return "tags";
  return run.options.skipBin === true ? "images_for_good" : "images";
}

const HAND_LABEL = { images: "Delete digests", images_for_good: "Destroy digests", tags: "Delete tags" } as const;

/** Whether lifecycle policies, and not reclaim rules, say what a run takes. */
function isLifecycleRun({ options }: Pick<RunDto, "options">): boolean {
  const { rules } = options;
  return (
    Array.isArray(rules) &&
    rules.some((rule: unknown) => typeof rule === "object" && rule !== null && "lifecycle" in rule)
  );
}

/** What a run is, in words: "Preview", "Reclaim run", "Lifecycle run", "Garbage collection (dry run)". */
export function runKindLabel(run: Pick<RunDto, "kind" | "isDryRun" | "options">): string {
  const byHand = handRunOf(run);
  if (byHand !== null) return HAND_LABEL[byHand];
  switch (run.kind) {
    case "reclaim":
      if (run.isDryRun) return "Preview";
      return isLifecycleRun(run) ? "Lifecycle run" : "Reclaim run";
    case "restore":
      return "Restore";
    case "purge":
      return "Purge";
    case "gc":
      return run.isDryRun ? "Garbage collection (dry run)" : "Garbage collection";
  }
}

/** Who or what started a run: "by Ada", "on schedule", "at the tag quota". */
export function runStarterText(run: Pick<RunDto, "trigger" | "requestedByName">): string {
  if (run.trigger === "schedule") return "on schedule";
  if (run.trigger === "quota") return "at the tag quota";
  if (run.trigger === "api") return `over the API, by ${run.requestedByName}`;
  return `by ${run.requestedByName}`;
}

/** One sentence on what came of a run, in its own verb; honest for stopped ones too. */
export function runOutcomeText(run: RunDto): string {
  const { totals } = run;
  const done = totals.itemsDone ?? 0;
  const noun = done === 1 ? "image" : "images";
  const byHand = handRunOf(run);
  if (byHand === "tags") return `tags of ${group(done)} ${noun} deleted`;
  if (byHand === "images_for_good") {
    return `${group(done)} ${noun} taken out, ${group(totals.itemsPurged ?? 0)} of them purged for good`;
  }
  switch (run.kind) {
    case "reclaim":
      return run.isDryRun
        ? `${count(plannedOf(totals), "image")} would go, ${leftOutText(totals)}${count(totals.itemsKept ?? 0, "image")} kept`
        : `${group(done)} ${noun} moved to the recycle bin`;
    case "restore":
      return `${group(done)} ${noun} restored`;
    case "purge":
      return `${group(done)} ${noun} purged`;
    case "gc":
      return run.isDryRun
        ? `${count(totals.candidateBlobs ?? 0, "blob")} could be deleted`
        : `${count(totals.deletedBlobs ?? 0, "blob")} deleted`;
  }
}

function leftOutText({ itemsLeftOut = 0 }: RunNumbers): string {
  return itemsLeftOut === 0 ? "" : `${group(itemsLeftOut)} left out by a limit, `;
}

/** "1,204 images", "1 image". */
export function count(value: number, noun: string, plural = `${noun}s`): string {
  return `${group(value)} ${value === 1 ? noun : plural}`;
}

/** A whole number with grouped digits. */
export function group(value: number): string {
  return value.toLocaleString("en-US");
}

/** Totals and progress as one: while a run is live its progress is the newer, afterwards its totals are what counts. */
export function runNumbers(run: Pick<RunDto, "status" | "progress" | "totals">): RunNumbers {
  return isRunOver(run) ? { ...run.progress, ...run.totals } : { ...run.totals, ...run.progress };
}
