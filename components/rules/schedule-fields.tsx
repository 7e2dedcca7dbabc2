"use client";

import { ToggleGroup } from "radix-ui";
import { useState } from "react";
import { cronExpressionProblem, timeZoneProblem } from "@/lib/cron";
import { MarkedText } from "../history/marked-text";
import { ChoiceChips } from "../reclaim/choice-chips";
import { Field, FieldGroup } from "../ui/field";
import { Input } from "../ui/input";
import { Select } from "../ui/select";
import { type CronChoice, cronOf, readCronChoice } from "./cron-choice";
import { NextRuns } from "./next-runs";
import type { RuleDraft } from "./rule-draft";
import type { StepProps } from "./wizard-steps";

type Every = CronChoice["every"] | "expression";

const EVERY: { value: Every; label: string }[] = [
  { value: "day", label: "Daily" },
  { value: "week", label: "Weekly" },
  { value: "month", label: "Monthly" },
  { value: "expression", label: "Cron expression" },
];
// A week as it is read here begins on Monday; cron counts from Sunday.
const WEEKDAYS = [1, 2, 3, 4, 5, 6, 0].map((day) => ({ day, name: weekdayName(day) }));
const DAYS_OF_MONTH = [
  ...Array.from({ length: 31 }, (_, index) => ({ value: String(index + 1), label: `Day ${index + 1}` })),
  { value: "last", label: "The last day" },
];
const EVERY_MONTH_HAS_DAYS = 28;

/** When a rule runs: in everyday choices, or as a cron expression, in a time zone; and when that would be. */
export function ScheduleFields({
  schedule,
  problems,
  onChange,
}: {
  schedule: RuleDraft["schedule"];
  problems: StepProps["problems"];
  onChange: (patch: Partial<RuleDraft["schedule"]>) => void;
}) {
  // Somebody who asked to write the expression goes on doing so, whatever it could be called.
  const [isWriting, setIsWriting] = useState(false);
  const read = readCronChoice(schedule.expression);
  const choice = isWriting ? null : read;
  const set = (next: CronChoice) => onChange({ expression: cronOf(next) });
  const time = { hour: read?.hour ?? 3, minute: read?.minute ?? 0 };
  return (
    <div className="flex flex-col gap-5">
      <ChoiceChips
        label="How often"
        value={choice?.every ?? "expression"}
        options={EVERY}
        onValueChange={(every) => {
          setIsWriting(every === "expression");
          if (every === "day") set({ every, ...time });
          if (every === "week") set({ every, weekdays: [0], ...time });
          if (every === "month") set({ every, day: 1, ...time });
        }}
      />
      {choice?.every === "week" ? (
        <Weekdays chosen={choice.weekdays} onChange={(weekdays) => set({ ...choice, weekdays })} />
      ) : null}
      <div className="grid grid-cols-3 gap-x-6 gap-y-5 compact:grid-cols-1">
        {choice?.every === "month" ? (
          <Field
            label="Day"
            hint={
              choice.day !== "last" && choice.day > EVERY_MONTH_HAS_DAYS
                ? `Months without a day ${choice.day} are passed over.`
                : undefined
            }
          >
            <Select
              value={String(choice.day)}
              onValueChange={(day) => set({ ...choice, day: day === "last" ? "last" : Number(day) })}
              options={DAYS_OF_MONTH}
            />
          </Field>
        ) : null}
        {choice ? (
          <Field label="Time" hint={<MarkedText>{`As a cron expression: \`${cronOf(choice)}\``}</MarkedText>}>
            <Input
              type="time"
              value={`${twoDigits(choice.hour)}:${twoDigits(choice.minute)}`}
              onChange={(event) => {
                const [hour, minute] = event.target.value.split(":").map(Number);
                // A time that is only half typed is no time yet.
                if (hour !== undefined && minute !== undefined) set({ ...choice, hour, minute });
              }}
            />
          </Field>
        ) : (
          <Field
            label="Cron expression"
            hint="minute hour day month weekday; six fields begin with the second"
            error={problems["schedule.expression"]}
            className="col-span-2 compact:col-span-1"
          >
            <Input
              mono
              value={schedule.expression}
              onChange={(event) => onChange({ expression: event.target.value })}
              autoComplete="off"
              spellCheck={false}
            />
          </Field>
        )}
        <Field label="Time zone" hint="for instance Europe/Berlin" error={problems["schedule.timeZone"]}>
          <Input
            list="time-zones"
            value={schedule.timeZone}
            onChange={(event) => onChange({ timeZone: event.target.value })}
            autoComplete="off"
            spellCheck={false}
          />
        </Field>
        <datalist id="time-zones">
          {["UTC", ...Intl.supportedValuesOf("timeZone")].map((zone) => (
            <option key={zone} value={zone} />
          ))}
        </datalist>
      </div>
      {cronExpressionProblem(schedule.expression) || timeZoneProblem(schedule.timeZone) ? null : (
        <NextRuns expression={schedule.expression} timeZone={schedule.timeZone} />
      )}
    </div>
  );
}

function Weekdays({ chosen, onChange }: { chosen: readonly number[]; onChange: (days: number[]) => void }) {
  return (
    <FieldGroup label="On">
      <ToggleGroup.Root
        type="multiple"
        aria-label="Weekdays"
        value={chosen.map(String)}
        onValueChange={(days) => {
          // A week without a day would be no schedule.
          if (days.length > 0) onChange(days.map(Number).sort((a, b) => a - b));
        }}
        className="flex flex-wrap gap-1.5"
      >
        {WEEKDAYS.map(({ day, name }) => (
          <ToggleGroup.Item
            key={day}
            value={String(day)}
            className="h-8 min-w-11 rounded-md border border-rule-strong bg-surface px-2 text-muted transition-colors hover:text-ink data-[state=on]:border-accent data-[state=on]:bg-selected data-[state=on]:font-medium data-[state=on]:text-ink"
          >
            <span aria-hidden="true">{name.slice(0, 3)}</span>
            <span className="sr-only">{name}</span>
          </ToggleGroup.Item>
        ))}
      </ToggleGroup.Root>
    </FieldGroup>
  );
}

function weekdayName(day: number): string {
  // 4 January 1970 was a Sunday.
  return new Intl.DateTimeFormat("en", { weekday: "long", timeZone: "UTC" }).format(new Date((3 + day) * 86_400_000));
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
