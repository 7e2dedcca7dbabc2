import type { RunEventDto } from "@/contracts/history";
import { RUN_STATUSES } from "@/domain/history/run-status";
import { formatBytes } from "@/lib/bytes";
import { count, group, runStatusLook } from "./run-words";

const PHASE: Record<string, string> = {
  requested: "Started",
  planning: "Making the plan",
  moving: "Moving images to the recycle bin",
  restoring: "Restoring images",
  purging: "Purging images",
  waiting_for_lock: "Waiting until images that are being moved have arrived",
  waiting_for_writers: "Read-only now; waiting for pushes that had begun",
  marking: "Marking what is still needed",
  sweeping: "Deleting what is not",
  settling: "Put aside; waiting for pushes that had begun",
  re_marking: "Marking once more what is needed by now",
  finishing: "Finishing",
};

/** A phase in words; one that has no words of its own is shown as it is called. */
export function phaseText(phase: string): string {
  return PHASE[phase] ?? sentence(phase);
}

/** A line of a run's log in plain words: its own text where it has one, else what its kind and facts say. */
export function eventText(event: Pick<RunEventDto, "kind" | "data">): string {
  const { kind, data } = event;
  const known = KNOWN[kind]?.(data);
  if (known) return known;
  for (const key of ["text", "message"]) {
    const text = data[key];
    if (typeof text === "string" && text !== "") return text;
  }
  if (kind === "phase" && typeof data.phase === "string") return withFacts(phaseText(data.phase), data, ["phase"]);
  return withFacts(sentence(kind), data, []);
}

type Facts = Record<string, unknown>;

/** Kinds that are told better than by their facts alone; each answers null where what it needs is not there. */
const KNOWN: Record<string, (data: Facts) => string | null> = {
  planned: (data) => {
    const goes = `${count(whole(data.itemsTotal) - whole(data.itemsLeftOut), "image")} with ${count(whole(data.tagsTotal), "tag")} chosen`;
    return `${goes}, ${group(whole(data.itemsKept))} kept; ${formatBytes(whole(data.logicalBytes))}`;
  },
  marked: (data) => {
    const found = `${count(whole(data.candidateManifests), "manifest")} and ${count(whole(data.candidateBlobs), "blob")}`;
    return `Marked: ${found} are unused, ${formatBytes(whole(data.candidateBytes))}; ${count(whole(data.manifestsRead), "manifest")} read anew`;
  },
  item_failed: ({ repository, message }) =>
    typeof repository === "string" && typeof message === "string" ? `${repository}: ${message}` : null,
  tag_conflict: ({ repository, conflicts }) =>
    typeof repository === "string" && Array.isArray(conflicts) ? `${repository}: ${conflicts.join("; ")}` : null,
  tags_taken: ({ repository, tags }) =>
    typeof repository === "string" && Array.isArray(tags)
      ? `${repository}: ${tags.join(", ")} came to an image in the moment of its removal, and is put back with it`
      : null,
  tags_recorded_late: ({ repository, tags }) =>
    typeof repository === "string" && Array.isArray(tags)
      ? `${repository}: ${tags.join(", ")} arrived at the last moment and went along`
      : null,
  marked_again: (data) =>
    `Marked again: ${count(whole(data.returnedBlobs), "blob")} and ${count(whole(data.returnedManifests), "manifest")} given back`,
  cleaned_up: (data) =>
    `Cleaned up: ${count(whole(data.removedUploads), "abandoned upload")}, ${group(whole(data.removedRepositories))} empty ${whole(data.removedRepositories) === 1 ? "repository" : "repositories"}`,
  finished: ({ status, message }) => {
    const look = runStatusLook(RUN_STATUSES.find((each) => each === status) ?? "succeeded").label;
    return typeof message === "string" ? `${look}: ${message}` : look;
  },
};

function whole(value: unknown): number {
  return typeof value === "number" ? value : 0;
}

/** How a line reads: failures stand out, steps are quiet. */
export function eventTone(event: Pick<RunEventDto, "kind" | "data">): "plain" | "quiet" | "bad" {
  const isBad = /fail|error|lost/.test(event.kind) || (event.kind === "finished" && event.data.status === "failed");
  if (isBad) return "bad";
  return event.kind === "phase" || event.kind === "finished" ? "plain" : "quiet";
}

function withFacts(text: string, data: Record<string, unknown>, known: readonly string[]): string {
  const facts = Object.entries(data)
    .filter(([key, value]) => !known.includes(key) && value !== null && value !== undefined && value !== "")
    .map(([key, value]) => `${words(key)} ${factText(key, value)}`);
  return facts.length === 0 ? text : `${text}: ${facts.join(", ")}`;
}

function factText(key: string, value: unknown): string {
  if (typeof value === "number") return /bytes$/i.test(key) ? formatBytes(value) : group(value);
  if (typeof value === "string") return /^sha(256|512):/.test(value) ? value.slice(0, value.indexOf(":") + 13) : value;
  if (typeof value === "boolean") return value ? "yes" : "no";
  return Array.isArray(value) ? value.join(", ") : JSON.stringify(value);
}

function words(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replaceAll(/[_.]/g, " ")
    .toLowerCase();
}

function sentence(name: string): string {
  const text = words(name);
  return text.charAt(0).toUpperCase() + text.slice(1);
}
