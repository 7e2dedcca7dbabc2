import type { RunEventDto } from "@/contracts/history";
import { formatBytes } from "@/lib/bytes";
import { group } from "./run-words";

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
  finishing: "Finishing",
};

/** A phase in words; one that has no words of its own is shown as it is called. */
export function phaseText(phase: string): string {
  return PHASE[phase] ?? sentence(phase);
}

/** A line of a run's log in plain words: a text that the run wrote itself, else its kind with the facts it carries. */
export function eventText(event: Pick<RunEventDto, "kind" | "data">): string {
  const { kind, data } = event;
  for (const key of ["text", "message"]) {
    const text = data[key];
    if (typeof text === "string" && text !== "") return text;
  }
  if (kind === "phase" && typeof data.phase === "string") return withFacts(phaseText(data.phase), data, ["phase"]);
  return withFacts(sentence(kind), data, []);
}

/** How a line reads: failures stand out, steps are quiet. */
export function eventTone(event: Pick<RunEventDto, "kind" | "data">): "plain" | "quiet" | "bad" {
  if (/fail|error|lost/.test(event.kind) || typeof event.data.error === "string") return "bad";
  return event.kind === "phase" ? "plain" : "quiet";
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
  return JSON.stringify(value);
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
