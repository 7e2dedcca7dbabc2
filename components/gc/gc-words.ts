import type { GcStatusDto } from "@/contracts/gc";
import type { RunDto, RunEventDto, RunNumbers } from "@/contracts/history";
import type { GcMode } from "@/domain/gc/gc-mode";
import { formatBytes } from "@/lib/bytes";
import { formatDate, formatDuration } from "@/lib/dates";
import { count, group } from "../history/run-words";
import type { Step } from "../ui/steps";

/** The steps on screen; several phases of the run may stand behind one. */
const READ_ONLY_STEPS = ["waiting", "marking", "sweeping", "finishing"] as const;
const ONLINE_STEPS = ["waiting", "marking", "sweeping", "settling", "re_marking", "finishing"] as const;
type GcStep = (typeof ONLINE_STEPS)[number];

const STEP_LABEL: Record<GcMode, Record<GcStep, string>> = {
  read_only: {
    waiting: "Waiting for writers",
    marking: "Marking",
    sweeping: "Sweeping",
    settling: "Settling",
    re_marking: "Marking again",
    finishing: "Finishing",
  },
  online: {
    waiting: "Waiting for its turn",
    marking: "Marking",
    sweeping: "Putting aside",
    settling: "Settling",
    re_marking: "Marking again",
    finishing: "Deleting",
  },
};

/** How a collection keeps pushes and itself apart; older ones knew only the one way. */
export function gcModeOf(run: Pick<RunDto, "options">): GcMode {
  return run.options.mode === "online" ? "online" : "read_only";
}

/** The step in which a run's phase falls. */
export function gcStepOf(phase: string): GcStep {
  return ONLINE_STEPS.find((step) => step === phase) ?? "waiting";
}

type Watched = Pick<RunDto, "phase" | "status" | "isDryRun" | "options">;

/** What is going on right now, in one or two sentences. */
export function gcPhaseText(run: Watched): string {
  if (run.status === "queued") return "Waiting for a worker to take it up.";
  const isOnline = gcModeOf(run) === "online";
  if (run.status === "succeeded") {
    if (run.isDryRun) return "Done. Nothing was deleted.";
    return isOnline ? "Done. Pushes were taken all the time." : "Done. Pushes are accepted again.";
  }
  return (isOnline ? ONLINE_PHASE[run.phase] : undefined) ?? PHASE[run.phase] ?? "Working.";
}

const PHASE: Record<string, string> = {
  requested: "Starting.",
  waiting_for_lock: "Images are being moved in this registry. The collection begins as soon as that move is finished.",
  waiting_for_writers:
    "New pushes are refused. Pushes that had begun before may finish until their permission expires.",
  marking: "Reading every manifest to find what is still needed. Nothing is deleted yet.",
  sweeping: "Deleting what no kept image needs. What is deleted cannot be brought back.",
  settling: "Waiting for pushes that began before, so that what they need is known.",
  re_marking: "Looking once more at what is needed by now. Whatever is, is given back.",
  finishing: "Leaving read-only mode and writing down the result.",
};

/** Where pushes go on all the time, nothing goes for good before the end. */
const ONLINE_PHASE: Record<string, string> = {
  sweeping: "Putting aside what no kept image needs. Pushes are taken; nothing is gone for good yet.",
  finishing: "Deleting for good what nobody asked for since, and writing down the result.",
};

/** The steps of a collection and where it stands, for the stepper; what a stopped one did not reach is said to be so. */
export function gcSteps(run: Watched): Step[] {
  const mode = gcModeOf(run);
  const all: readonly GcStep[] = mode === "online" ? ONLINE_STEPS : READ_ONLY_STEPS;
  const steps = run.isDryRun ? all.slice(0, 2) : all;
  const present = run.status === "succeeded" ? steps.length : steps.indexOf(gcStepOf(run.phase));
  return steps.map((id, index) => ({
    id,
    label: run.isDryRun && id === "waiting" ? STEP_LABEL.online.waiting : STEP_LABEL[mode][id],
    state: index < present ? "done" : index === present ? "active" : "waiting",
  }));
}

/** How far the present step is: done and all in its own unit; `done` is undefined while the amount of work is not known. */
export function gcStepProgress(step: GcStep, progress: RunNumbers): { done?: number; all: number; text: string } {
  if (step === "marking" || step === "re_marking") return marked(progress);
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

/** What was chosen for a collection. */
interface GcChoice {
  deleteUntagged?: unknown;
  sweepBlobs?: unknown;
  timeBoxMinutes?: unknown;
  mode?: unknown;
}

function choiceParts({ deleteUntagged, sweepBlobs, timeBoxMinutes, mode }: GcChoice): string[] {
  return [
    sweepBlobs === false
      ? "untagged manifests only"
      : deleteUntagged === true
        ? "untagged manifests deleted too"
        : "untagged manifests kept",
    ...(mode === "online" ? ["online"] : []),
    typeof timeBoxMinutes === "number" ? `for at most ${count(timeBoxMinutes, "minute")}` : "until done",
  ];
}

/** What a schedule starts, in words. */
export function gcChoiceText(choice: GcChoice): string {
  return choiceParts(choice).join(", ");
}

/** The options that a collection was started with, in words. */
export function gcOptionsText(run: Pick<RunDto, "options" | "isDryRun">): string {
  return [...(run.isDryRun ? ["dry run"] : []), ...choiceParts(run.options)].join(", ");
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
  const { undoUntil, quarantinedBlobs = 0, quarantinedBytes = 0 } = run.totals;
  if (undoUntil !== undefined) {
    return `${count(quarantinedBlobs, "blob")} put aside, ${formatBytes(quarantinedBytes)}: freed when they are deleted for good.`;
  }
  const deleted = `${count(deletedBlobs, "blob")} and ${count(deletedManifests, "manifest")} deleted`;
  return `${deleted}, ${formatBytes(run.totals.freedBytes ?? 0)} freed.${spaceText(run.totals)}`;
}

/** AL-14: what a bucket holds on to is freed for the registry, and not yet for whoever pays for it. */
function spaceText({ spaceFreeWhy, spaceFreeAt }: RunNumbers): string {
  if (spaceFreeWhy === undefined) return "";
  return ` ${spaceFreeWhy}${spaceFreeAt === undefined ? "" : ` Physical space is expected by ${formatDate(spaceFreeAt)}.`}`;
}

/** One phase that a run was in. `tookMs` is null for one that goes on. */
export interface PhaseTime {
  sequence: number;
  phase: string;
  at: string;
  tookMs: number | null;
}

/** The phases that a run went through, by its log; a run that began anew has some of them twice. */
export function phaseTimes(events: readonly RunEventDto[], finishedAt: string | null): PhaseTime[] {
  const begun = events.filter(({ kind, data }) => kind === "phase" && typeof data.phase === "string");
  return begun.map(({ sequence, at, data }, index) => {
    const until = begun[index + 1]?.at ?? finishedAt;
    return {
      ...{ sequence, phase: String(data.phase), at },
      tookMs: until === null ? null : Math.max(0, Date.parse(until) - Date.parse(at)),
    };
  });
}

/** About how long a collection takes, or null where there is nothing to go by. */
export function gcEstimateText(estimate: GcStatusDto["estimate"]): string | null {
  if (!estimate) return null;
  const by = estimate.fromRuns === 1 ? "as the one before did" : `by the last ${group(estimate.fromRuns)}`;
  return `about ${formatDuration(Math.max(1, estimate.seconds) * 1000)}, ${by}`;
}

/** Whether there was nothing to collect when it was last measured. */
export function hasNothingUnused(unused: GcStatusDto["unused"]): boolean {
  return unused !== null && unused.blobCount === 0 && unused.untaggedManifestCount === 0;
}
