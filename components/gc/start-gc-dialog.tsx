"use client";

import { type FormEvent, useId, useState } from "react";
import type { GcStatusDto } from "@/contracts/gc";
import { formatBytes } from "@/lib/bytes";
import { count } from "../history/run-words";
import { Button } from "../ui/button";
import { Callout } from "../ui/callout";
import { Checkbox } from "../ui/checkbox";
import { Dialog } from "../ui/dialog";
import { Field, FieldGroup } from "../ui/field";
import { Input } from "../ui/input";
import { problemOf } from "../ui/problem-of";
import { RadioGroup } from "../ui/radio-group";
import { useStartGc } from "./queries";

const MINUTES_MAX = 1440;

export type StartGcDialogProps = {
  workspaceId: string;
  spaceId: string;
  status: GcStatusDto;
  open: boolean;
  onOpenChange: (open: boolean) => void;
};

/** Options and precautions of a collection; the start button opens only with the precautions confirmed. */
export function StartGcDialog(props: StartGcDialogProps) {
  const formId = useId();
  const [isReady, setIsReady] = useState(false);
  const [isDryRun, setIsDryRun] = useState(false);
  const start = useStartGc(props.workspaceId, props.spaceId);
  const problem = problemOf(start.error);
  // The form is new with each opening, so nothing of the last may stay here: a start that is open without its precautions does nothing.
  const close = () => {
    setIsReady(false);
    setIsDryRun(false);
    start.reset();
    props.onOpenChange(false);
  };
  return (
    <Dialog
      open={props.open}
      onOpenChange={(open) => (open ? props.onOpenChange(true) : close())}
      title="Run garbage collection"
      description={summary(props.status)}
      footer={
        <>
          <Button onClick={close}>Close</Button>
          <Button
            type="submit"
            form={formId}
            variant={isDryRun ? "primary" : "danger"}
            disabled={!isReady}
            loading={start.isPending}
          >
            {isDryRun ? "Start dry run" : "Empty Garbage"}
          </Button>
        </>
      }
    >
      <GcForm
        formId={formId}
        status={props.status}
        isDryRun={isDryRun}
        onDryRunChange={setIsDryRun}
        onReadyChange={setIsReady}
        onSubmit={async (body) => {
          if (start.isPending) return;
          await start.mutateAsync(body).then(close, () => undefined);
        }}
      />
      {problem ? (
        <Callout tone="danger" title={problem.title} live className="mt-4">
          {problem.detail}
        </Callout>
      ) : null}
    </Dialog>
  );
}

function summary(status: GcStatusDto): string {
  if (!status.unused) return `Finds what no kept image of ${status.registryName} needs, and deletes it for good.`;
  const { blobCount, bytes, untaggedManifestCount } = status.unused;
  if (blobCount + untaggedManifestCount === 0) {
    return `Nothing was unused in ${status.registryName} when it was measured. What came since is found, and deleted for good.`;
  }
  return `${count(blobCount, "unreferenced blob")}, about ${formatBytes(bytes)}, will be deleted from ${status.registryName} for good.`;
}

// Mounted only while the dialog is open: every start begins with unconfirmed precautions.
function GcForm({
  formId,
  status,
  isDryRun,
  onDryRunChange,
  onReadyChange,
  onSubmit,
}: {
  formId: string;
  status: GcStatusDto;
  isDryRun: boolean;
  onDryRunChange: (isDryRun: boolean) => void;
  onReadyChange: (isReady: boolean) => void;
  onSubmit: (body: { deleteUntagged: boolean; isDryRun: boolean; timeBoxMinutes: number | null }) => void;
}) {
  const [deleteUntagged, setDeleteUntagged] = useState(true);
  const [timeBox, setTimeBox] = useState<"done" | "minutes">("done");
  const [minutesText, setMinutesText] = useState("30");
  const [isConfirmed, setIsConfirmed] = useState(false);
  const minutes = Number(minutesText);
  const minutesError =
    timeBox === "minutes" && !(Number.isInteger(minutes) && minutes >= 1 && minutes <= MINUTES_MAX)
      ? "write whole minutes from 1 to 1,440"
      : undefined;
  const untagged = status.unused?.untaggedManifestCount;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isConfirmed || minutesError) return;
    onSubmit({ deleteUntagged, isDryRun, timeBoxMinutes: timeBox === "minutes" ? minutes : null });
  };
  return (
    <form id={formId} onSubmit={submit} className="flex flex-col gap-5">
      <FieldGroup label="What to delete">
        <Checkbox
          checked={deleteUntagged}
          onCheckedChange={setDeleteUntagged}
          label={
            <>
              Delete untagged manifests <span className="text-accent">– recommended</span>
            </>
          }
          hint={`Frees the most space${untagged ? `: ${count(untagged, "manifest")} now` : ""}. Never one that a kept index, a signature's image, the recycle bin or the grace period still needs.`}
        />
        <Checkbox
          checked={isDryRun}
          onCheckedChange={onDryRunChange}
          label="Dry run"
          hint="Finds and counts everything, deletes nothing. The same report."
        />
      </FieldGroup>
      <FieldGroup label="How long">
        <RadioGroup
          label="How long"
          value={timeBox}
          onValueChange={setTimeBox}
          options={[
            { value: "done", label: "Until done" },
            {
              value: "minutes",
              label: "For a limited time",
              hint: "Stops after that; what was deleted counts, the rest waits for the next collection.",
            },
          ]}
        />
        {timeBox === "minutes" ? (
          <Field label="Minutes" error={minutesError} className="max-w-40 pl-6">
            <Input
              type="number"
              inputMode="numeric"
              min={1}
              max={MINUTES_MAX}
              value={minutesText}
              onChange={(event) => setMinutesText(event.target.value)}
              suffix="min"
            />
          </Field>
        ) : null}
      </FieldGroup>
      <Callout tone="warning" title="Before you start">
        <ul className="flex list-disc flex-col gap-0.5 pl-4">
          {(isDryRun ? DRY_RUN_NOTES : notes(status.registryName)).map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      </Callout>
      <Checkbox
        checked={isConfirmed}
        onCheckedChange={(checked) => {
          setIsConfirmed(checked);
          onReadyChange(checked);
        }}
        label="Confirm to clean up"
      />
    </form>
  );
}

const DRY_RUN_NOTES = [
  "A dry run deletes nothing. Pushes and pulls work.",
  "Images are not moved to or from the recycle bin while it reads the storage; such runs wait for it.",
] as const;

function notes(registryName: string): string[] {
  return [
    `Pushes to ${registryName} are refused until it is over, for every space of the registry. Pulls work.`,
    "It first waits for pushes that have begun, usually about two minutes, at most 15.",
    "What is swept cannot be brought back. Images, their indexes, signatures and the recycle bin are kept.",
    "It can be cancelled in every phase; what was deleted until then stays deleted.",
  ];
}
