import type { RunDto, RunNumbers } from "@/contracts/history";
import { formatBytes } from "@/lib/bytes";
import { formatDuration } from "@/lib/dates";
import { count, group } from "../history/run-words";
import type { Step } from "../ui/steps";

/** The steps on screen; several phases of the run may stand behind one. */
const GC_STEPS = ["waiting", "marking", "sweeping", "finishing"] as const;
type GcStep = (typeof GC_STEPS)[number];

const GC_STEP_LABEL: Record<GcStep, string> = {
  waiting: "Waiting for writers",
  marking: "Marking",
  sweeping: "Sweeping",
  finishing: "Finishing",
};

/** The step in which a run's phase falls. */
export function gcStepOf(phase: string): GcStep {
  switch (phase) {
    case "marking":
    case "sweeping":
    case "finishing":
      return phase;
    default:
      return "waiting";
  }
}

/** What is going on right now, in one or two sentences. */
export function gcPhaseText(run: Pick<RunDto, "phase" | "status" | "isDryRun">): string {
  if (run.status === "queued") return "Waiting for a worker to take it up.";
  if (run.status === "succeeded")
    return run.isDryRun ? "Done. Nothing was deleted." : "Done. Pushes are accepted again.";
  switch (run.phase) {
    case "requested":
      return "Starting.";
    case "waiting_for_lock":
      return "Images are being moved in this registry. The collection begins as soon as that move is finished.";
    case "waiting_for_writers":
      return "New pushes are refused. Pushes that had begun before may finish until their permission expires.";
    case "marking":
      return "Reading every manifest to find what is still needed. Nothing is deleted yet.";
    case "sweeping":
      return "Deleting what no kept image needs. What is deleted cannot be brought back.";
    case "finishing":
      return "Leaving read-only mode and writing down the result.";
    default:
      return "Working.";
  }
}

/** The steps of a collection and where it stands, for the stepper; what a stopped one did not reach is said to be so. */
export function gcSteps(run: Pick<RunDto, "phase" | "status" | "isDryRun">): Step[] {
  const steps = run.isDryRun ? GC_STEPS.slice(0, 2) : GC_STEPS;
  const present = run.status === "succeeded" ? steps.length : steps.indexOf(gcStepOf(run.phase));
  return steps.map((id, index) => ({
    id,
    label: run.isDryRun && id === "waiting" ? "Waiting for its turn" : GC_STEP_LABEL[id],
    state: index < present ? "done" : index === present ? "active" : "waiting",
  }));
}

/** How far the present step is: done and all in its own unit; `done` is undefined while the amount of work is not known. */
export function gcStepProgress(step: GcStep, progress: RunNumbers): { done?: number; all: number; text: string } {
  if (step === "marking") return marked(progress);
  if (step === "sweeping") return swept(progress);
  return { all: 1, text: "" };
}

function marked(progress: RunNumbers) {
  const { manifestsDone = 0, manifestsTotal, blobsDone, blobsTotal } = progress;
  const blobs = blobsTotal ? `, ${group(blobsDone ?? 0)} of ${count(blobsTotal, "blob")}` : "";
  if (!manifestsTotal) return { all: 0, text: `${count(manifestsDone, "manifest")}${blobs}` };
  const text = `${group(manifestsDone)} of ${count(manifestsTotal, "manifest")}${blobs}`;
  return { done: manifestsDone + (blobsDone ?? 0), all: manifestsTotal + (blobsTotal ?? 0), text };
}

function swept(progress: RunNumbers) {
  const { candidateManifests = 0, candidateBlobs = 0, deletedManifests = 0, deletedBlobs = 0 } = progress;
  const all = candidateManifests + candidateBlobs;
  const manifests = candidateManifests
    ? `${group(deletedManifests)} of ${count(candidateManifests, "manifest")}, `
    : "";
  const text = `${manifests}${group(deletedBlobs)} of ${count(candidateBlobs, "blob")}`;
  return { ...(all > 0 ? { done: deletedManifests + deletedBlobs } : {}), all, text };
}

/** Rate and time left, as far as they are known: "12.0 MiB a second, about 3 min 05 s left". */
export function gcPaceText(progress: RunNumbers): string {
  const parts: string[] = [];
  if (progress.bytesPerSecond) parts.push(`${formatBytes(progress.bytesPerSecond)} a second`);
  if (progress.secondsLeft !== undefined) parts.push(`about ${formatDuration(progress.secondsLeft * 1000)} left`);
  return parts.join(", ");
}

/** The options that a collection was started with, in words. */
export function gcOptionsText(run: Pick<RunDto, "options" | "isDryRun">): string {
  const minutes = run.options.timeBoxMinutes;
  return [
    run.isDryRun ? "dry run" : null,
    run.options.deleteUntagged === true ? "untagged manifests deleted too" : "untagged manifests kept",
    typeof minutes === "number" ? `for at most ${count(minutes, "minute")}` : "until done",
  ]
    .filter((part) => part !== null)
    .join(", ");
}

/** What came of a collection, in one sentence that is true for stopped ones too. */
export function gcResultText(run: RunDto): string {
  const { deletedBlobs = 0, deletedManifests = 0, candidateBlobs = 0, candidateManifests = 0 } = run.totals;
  if (run.isDryRun) {
    const found = `${count(candidateBlobs, "blob")} and ${count(candidateManifests, "manifest")}`;
    const bytes = formatBytes(run.totals.candidateBytes ?? 0);
    return run.status === "succeeded"
      ? `A collection would delete ${found} and free ${bytes}.`
      : `Found so far: ${found}, ${bytes}.`;
  }
  const deleted = `${count(deletedBlobs, "blob")} and ${count(deletedManifests, "manifest")} deleted`;
  return `${deleted}, ${formatBytes(run.totals.freedBytes ?? 0)} freed.`;
}
