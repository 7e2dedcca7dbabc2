"use client";

import { Field, FieldGroup } from "../ui/field";
import { Input } from "../ui/input";
import { RadioGroup } from "../ui/radio-group";
import { LimitFields } from "./limit-fields";
import type { RuleDraft } from "./rule-draft";
import { ScheduleFields } from "./schedule-fields";
import type { StepScheduleProps } from "./wizard-steps";

/** Step 3: when it runs by itself, and what stops a run that goes too far. */
export function StepSchedule(props: StepScheduleProps) {
  const { draft, problems, update } = props;
  const { schedule } = draft;
  const setSchedule = (patch: Partial<RuleDraft["schedule"]>) => update({ schedule: { ...schedule, ...patch } });
  if (draft.effect === "protect") return <ProtectNote {...props} />;
  return (
    <div className="flex flex-col gap-7">
      <FieldGroup label="When it runs">
        <RadioGroup
          label="When it runs"
          value={schedule.kind}
          onValueChange={(kind) =>
            setSchedule({ kind, ...(kind === "onQuota" && schedule.percent === "" ? { percent: "90" } : {}) })
          }
          options={[
            { value: "manual", label: "By hand", hint: "Only when somebody presses “Run now”." },
            { value: "cron", label: "On a schedule", hint: "At fixed times, in the time zone that you name." },
            {
              value: "onQuota",
              label: "When tags run short",
              hint: "Once the workspace's tags reach a share of its quota; at most once in 24 hours.",
            },
          ]}
        />
      </FieldGroup>
      {schedule.kind === "cron" ? (
        <ScheduleFields schedule={schedule} problems={problems} onChange={setSchedule} />
      ) : null}
      {schedule.kind === "onQuota" ? (
        <Field
          label="From this share of the tag quota on"
          hint="It runs again once tags have fallen 10 points below and come back, or after 24 hours."
          error={problems["schedule.percent"]}
          className="max-w-72"
        >
          <Input
            inputMode="decimal"
            suffix="%"
            value={schedule.percent}
            onChange={(event) => setSchedule({ percent: event.target.value })}
          />
        </Field>
      ) : null}
      {schedule.kind === "manual" ? null : (
        <p className="border-rule-strong border-l-2 pl-4 text-muted">
          A new or changed schedule stays still until somebody has looked at a preview of exactly this rule. The next
          step makes one.
        </p>
      )}
      <LimitFields {...props} />
    </div>
  );
}

/** A rule that protects never runs, so there is nothing to choose here. */
function ProtectNote({ draft, update }: StepScheduleProps) {
  const { schedule } = draft;
  return (
    <div className="flex flex-col gap-3">
      <p className="max-w-prose">
        A rule that protects does not run. It takes part in every run and preview of this space from the moment it is
        saved, for as long as it is enabled.
      </p>
      {schedule.kind === "manual" ? null : (
        <p className="text-muted">
          This one has a schedule, which has no effect.{" "}
          <button
            type="button"
            className="font-medium text-accent underline underline-offset-2"
            onClick={() => update({ schedule: { ...schedule, kind: "manual" } })}
          >
            Remove it
          </button>
        </p>
      )}
    </div>
  );
}
