import type { GcStatusDto } from "@/contracts/gc";
import type { GcMode } from "@/domain/gc/gc-mode";

/** What is chosen for a collection, as it is typed. */
export interface GcChoiceDraft {
  deleteUntagged: boolean;
  sweepBlobs: boolean;
  timeBox: "done" | "minutes";
  minutes: string;
  mode: GcMode;
}

const MINUTES_MAX = 1440;
const USUAL_MINUTES = "30";

/** What is recommended where nobody has chosen yet. */
export function usualChoice(modes: GcStatusDto["modes"]): GcChoiceDraft {
  const mode = modes.read_only.isAvailable || !modes.online.isAvailable ? "read_only" : "online";
  return { deleteUntagged: true, sweepBlobs: true, timeBox: "done", minutes: USUAL_MINUTES, mode };
}

interface GcChoice {
  deleteUntagged: boolean;
  sweepBlobs: boolean;
  timeBoxMinutes: number | null;
  mode: GcMode;
}

export function choiceDraftOf(choice: GcChoice): GcChoiceDraft {
  const { deleteUntagged, sweepBlobs, timeBoxMinutes, mode } = choice;
  const timeBox = timeBoxMinutes === null ? "done" : "minutes";
  return { deleteUntagged, sweepBlobs, timeBox, minutes: String(timeBoxMinutes ?? USUAL_MINUTES), mode };
}

/** What is wrong with a choice, by field. */
export function choiceProblems(draft: GcChoiceDraft): { what?: string; minutes?: string } {
  const minutes = Number(draft.minutes);
  const isMinutes = draft.minutes.trim() !== "" && Number.isInteger(minutes) && minutes >= 1 && minutes <= MINUTES_MAX;
  return {
    ...(draft.deleteUntagged || draft.sweepBlobs ? {} : { what: "choose at least one" }),
    ...(draft.timeBox === "minutes" && !isMinutes ? { minutes: "write whole minutes from 1 to 1,440" } : {}),
  };
}

/** The choice as the API takes it; null while something is wrong with it. */
export function choiceOf(draft: GcChoiceDraft): GcChoice | null {
  if (Object.keys(choiceProblems(draft)).length > 0) return null;
  const { deleteUntagged, sweepBlobs, mode } = draft;
  return {
    deleteUntagged,
    sweepBlobs,
    mode,
    timeBoxMinutes: draft.timeBox === "minutes" ? Number(draft.minutes) : null,
  };
}

/** What somebody should know before they start one of these; of a dry run there is less to say. */
export function precautions(status: GcStatusDto, draft: GcChoiceDraft, isDryRun: boolean): string[] {
  const { registryName: name, isShared, isBucket } = status;
  if (isDryRun) {
    return [
      "A dry run deletes nothing. Pushes and pulls work.",
      "Images are not moved to or from the recycle bin while it reads the storage; such runs wait for it.",
    ];
  }
  return [
    draft.mode === "online"
      ? `Pushes to ${name} and pulls go on. It takes longer: what is unused is put aside, looked at again, and only then deleted.`
      : `Pushes to ${name} are refused until it is over, for every space of the registry. Pulls work.`,
    ...(draft.mode === "online"
      ? []
      : ["It first waits for pushes that have begun, usually about two minutes, at most 15."]),
    `It works on the whole registry${draft.deleteUntagged ? "; untagged manifests go in all spaces of this workspace" : ""}${isShared ? ", and those of other workspaces stay" : ""}.`,
    "What is deleted cannot be brought back, so be sure that it could be built and pushed again. Tagged images, their indexes and signatures, pins and the recycle bin are kept.",
    "Nobody else may write to the registry's storage or delete from it, while it runs or right after: what they do there is not seen.",
    ...(isBucket
      ? ["If the bucket keeps versions, its usage falls only when its own rules remove them, which may take days."]
      : []),
    "It can be cancelled in every phase; what was deleted until then stays deleted.",
  ];
}
