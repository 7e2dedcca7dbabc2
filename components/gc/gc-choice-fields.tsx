"use client";

import type { GcStatusDto } from "@/contracts/gc";
import { formatBytes } from "@/lib/bytes";
import { count } from "../history/run-words";
import { Checkbox } from "../ui/checkbox";
import { Field, FieldGroup } from "../ui/field";
import { Input } from "../ui/input";
import { RadioGroup } from "../ui/radio-group";
import { choiceProblems, type GcChoiceDraft } from "./gc-choice";

/** What a collection deletes, how, and for how long: of one that is started and of a schedule. */
export function GcChoiceFields({
  status,
  draft,
  onChange,
}: {
  status: GcStatusDto;
  draft: GcChoiceDraft;
  onChange: (change: Partial<GcChoiceDraft>) => void;
}) {
  const problems = choiceProblems(draft);
  const { unused, modes } = status;
  return (
    <>
      <FieldGroup label="What to delete" error={problems.what}>
        <Checkbox
          checked={draft.deleteUntagged}
          onCheckedChange={(deleteUntagged) => onChange({ deleteUntagged })}
          label={
            <>
              Delete untagged manifests <span className="text-accent">– recommended</span>
            </>
          }
          hint={`Frees the most space${untaggedNow(unused)}. Never one that a kept index, a signature's image, the recycle bin, a pin or the grace period still needs.`}
        />
        <Checkbox
          checked={draft.sweepBlobs}
          onCheckedChange={(sweepBlobs) => onChange({ sweepBlobs })}
          label="Delete unreferenced blobs"
          hint={
            draft.sweepBlobs
              ? `Layers and configurations that no manifest names${blobsNow(unused)}.`
              : "Without it almost no space is freed: what the manifests used stays for another collection."
          }
        />
      </FieldGroup>
      <FieldGroup label="Mode">
        <RadioGroup
          label="Mode"
          value={draft.mode}
          onValueChange={(mode) => onChange({ mode })}
          options={[
            {
              value: "read_only",
              label: "Read-only",
              hint:
                modes.read_only.reason ??
                "Pushes are refused until it is over, pulls work. Quick, and the space is free at once.",
              disabled: !modes.read_only.isAvailable,
            },
            {
              value: "online",
              label: "Online",
              hint:
                modes.online.reason ??
                "Nobody is kept out. Looks twice before it deletes, so it takes some minutes longer.",
              disabled: !modes.online.isAvailable,
            },
          ]}
        />
      </FieldGroup>
      <FieldGroup label="How long">
        <RadioGroup
          label="How long"
          value={draft.timeBox}
          onValueChange={(timeBox) => onChange({ timeBox })}
          options={[
            { value: "done", label: "Until done" },
            {
              value: "minutes",
              label: "For a limited time",
              hint: "Stops after that; what was deleted counts, the rest waits for the next collection.",
            },
          ]}
        />
        {draft.timeBox === "minutes" ? (
          <Field label="Minutes" error={problems.minutes} className="max-w-40 pl-6">
            <Input
              type="number"
              inputMode="numeric"
              min={1}
              max={1440}
              value={draft.minutes}
              onChange={(event) => onChange({ minutes: event.target.value })}
              suffix="min"
            />
          </Field>
        ) : null}
      </FieldGroup>
    </>
  );
}

function untaggedNow(unused: GcStatusDto["unused"]): string {
  if (!unused?.untaggedManifestCount) return "";
  const bytes = unused.untaggedBytes === null ? "" : `, about ${formatBytes(unused.untaggedBytes)}`;
  return `: ${count(unused.untaggedManifestCount, "manifest")}${bytes} now`;
}

function blobsNow(unused: GcStatusDto["unused"]): string {
  if (!unused?.blobCount) return "";
  const bytes = unused.blobBytes === null ? "" : `, about ${formatBytes(unused.blobBytes)}`;
  return `: ${count(unused.blobCount, "blob")}${bytes} now`;
}
