"use client";

import { type FormEvent, useId, useState } from "react";
import type { GcStatusDto } from "@/contracts/gc";
import { formatBytes } from "@/lib/bytes";
import { count } from "../history/run-words";
import { Button } from "../ui/button";
import { Callout } from "../ui/callout";
import { Checkbox } from "../ui/checkbox";
import { Dialog } from "../ui/dialog";
import { problemOf } from "../ui/problem-of";
import { choiceOf, precautions, usualChoice } from "./gc-choice";
import { GcChoiceFields } from "./gc-choice-fields";
import { gcEstimateText, hasNothingUnused } from "./gc-words";
import { type StartGcInput, useStartGc } from "./queries";

export type StartGcDialogProps = {
  workspaceId: string;
  /** of this workspace on the registry; the collection is written down as its own */
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
  const start = useStartGc(props.workspaceId);
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
      size="lg"
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
          await start.mutateAsync({ spaceId: props.spaceId, ...body }).then(close, () => undefined);
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
  const { registryName: name, unused } = status;
  const estimate = gcEstimateText(status.estimate);
  const takes = estimate ? ` It takes ${estimate}.` : "";
  if (!unused) return `Finds what no kept image of ${name} needs, and deletes it for good.${takes}`;
  if (hasNothingUnused(unused)) {
    return `Nothing was unused in ${name} when it was measured. What came since is found, and deleted for good.${takes}`;
  }
  const { blobCount, bytes, untaggedManifestCount } = unused;
  const found = [
    blobCount > 0 ? count(blobCount, "unreferenced blob") : null,
    untaggedManifestCount > 0 ? count(untaggedManifestCount, "untagged manifest") : null,
  ].filter((part) => part !== null);
  return `${found.join(" and ")}, about ${formatBytes(bytes)}, can be deleted from ${name} for good.${takes}`;
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
  onSubmit: (body: StartGcInput) => void;
}) {
  const [draft, setDraft] = useState(() => usualChoice(status.modes));
  const [isConfirmed, setIsConfirmed] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const choice = choiceOf(draft);
    if (isConfirmed && choice) onSubmit({ ...choice, isDryRun });
  };
  return (
    <form id={formId} onSubmit={submit} className="flex flex-col gap-5">
      {/* Side by side, so that a screen shows all of it with its precautions; below each other on a phone. */}
      <div className="grid grid-cols-2 gap-x-8 gap-y-5 narrow:grid-cols-1">
        <GcChoiceFields
          status={status}
          draft={draft}
          onChange={(change) => {
            const next = { ...draft, ...change };
            setDraft(next);
            onReadyChange(isConfirmed && choiceOf(next) !== null);
          }}
        />
        <Checkbox
          checked={isDryRun}
          onCheckedChange={onDryRunChange}
          label="Dry run"
          hint="Finds and counts everything, deletes nothing. The same report."
        />
      </div>
      <Callout tone="warning" title="Before you start">
        <ul className="flex list-disc flex-col gap-0.5 pl-4">
          {precautions(status, draft, isDryRun).map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      </Callout>
      <Checkbox
        checked={isConfirmed}
        onCheckedChange={(checked) => {
          setIsConfirmed(checked);
          onReadyChange(checked && choiceOf(draft) !== null);
        }}
        label="Confirm to clean up"
      />
    </form>
  );
}
