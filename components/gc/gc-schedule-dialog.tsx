"use client";

import { type FormEvent, useId, useState } from "react";
import { toast } from "sonner";
import type { GcStatusDto } from "@/contracts/gc";
import type { GcScheduleStateDto } from "@/contracts/gc-settings";
import { cronExpressionProblem, timeZoneProblem } from "@/lib/cron";
import { ScheduleFields } from "../rules/schedule-fields";
import { Button } from "../ui/button";
import { Callout } from "../ui/callout";
import { Dialog } from "../ui/dialog";
import { FieldGroup } from "../ui/field";
import { problemOf } from "../ui/problem-of";
import { Switch } from "../ui/switch";
import { choiceDraftOf, choiceOf, usualChoice } from "./gc-choice";
import { GcChoiceFields } from "./gc-choice-fields";
import { useSetGcSchedule } from "./queries";

/** Sunday at three: a quiet hour of a quiet day. */
const USUAL_EXPRESSION = "0 3 * * 0";

/** When a registry is to be collected by itself, and how. */
export function GcScheduleDialog({
  workspaceId,
  status,
  state: { schedule },
  onClose,
}: {
  workspaceId: string;
  status: GcStatusDto;
  state: GcScheduleStateDto;
  onClose: () => void;
}) {
  const formId = useId();
  const [when, setWhen] = useState(() => ({
    ...{ kind: "cron" as const, percent: "" },
    expression: schedule?.expression ?? USUAL_EXPRESSION,
    timeZone: schedule?.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
  }));
  const [isEnabled, setIsEnabled] = useState(schedule?.isEnabled ?? true);
  const [draft, setDraft] = useState(() => (schedule ? choiceDraftOf(schedule) : usualChoice(status.modes)));
  const save = useSetGcSchedule(workspaceId, status.registryId);
  const choice = choiceOf(draft);
  const problem = problemOf(save.error);
  const [expressionProblem, zoneProblem] = [cronExpressionProblem(when.expression), timeZoneProblem(when.timeZone)];
  const isReady = choice !== null && !expressionProblem && !zoneProblem;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isReady || !choice || save.isPending) return;
    const { expression, timeZone } = when;
    save.mutate(
      { ...choice, expression, timeZone, isEnabled, revision: schedule?.revision ?? 0 },
      {
        onSuccess: () => {
          onClose();
          toast.success(isEnabled ? "The schedule is set" : "The schedule is off");
        },
      },
    );
  };
  return (
    <Dialog
      open
      onOpenChange={(isOpen) => {
        if (!isOpen && !save.isPending) onClose();
      }}
      title="Schedule garbage collection"
      description={`${status.registryName} is collected at these times, for this workspace. What is deleted cannot be brought back.`}
      footer={
        <>
          <Button onClick={onClose} disabled={save.isPending}>
            Close
          </Button>
          <Button type="submit" form={formId} variant="primary" disabled={!isReady} loading={save.isPending}>
            Save schedule
          </Button>
        </>
      }
    >
      <form id={formId} onSubmit={submit} noValidate className="flex flex-col gap-6">
        {problem ? (
          <Callout tone="danger" title={problem.title} live>
            {problem.detail}
          </Callout>
        ) : null}
        <FieldGroup label="When">
          <ScheduleFields
            schedule={when}
            problems={{
              ...(expressionProblem ? { "schedule.expression": expressionProblem } : {}),
              ...(zoneProblem ? { "schedule.timeZone": zoneProblem } : {}),
            }}
            onChange={(patch) => setWhen({ ...when, ...patch, kind: "cron", percent: "" })}
          />
        </FieldGroup>
        <GcChoiceFields status={status} draft={draft} onChange={(change) => setDraft({ ...draft, ...change })} />
        <Switch
          checked={isEnabled}
          onCheckedChange={setIsEnabled}
          label="On"
          hint="Switched off, it is kept and starts nothing."
        />
        {status.capability.isAvailable ? null : (
          <Callout tone="warning" title="It would be skipped for now">
            {status.capability.reason}
          </Callout>
        )}
      </form>
    </Dialog>
  );
}
