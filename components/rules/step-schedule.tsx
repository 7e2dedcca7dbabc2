"use client";

import { cronExpressionProblem, cronInWords, nextCronRuns, timeZoneProblem } from "@/lib/cron";
import { formatRelative } from "@/lib/dates";
import { Checkbox } from "../ui/checkbox";
import { Field, FieldGroup } from "../ui/field";
import { Input } from "../ui/input";
import { RadioGroup } from "../ui/radio-group";
import { Select } from "../ui/select";
import { useNow } from "../ui/use-now";
import type { RuleDraft } from "./rule-draft";
import type { StepProps } from "./wizard-steps";

const PRESETS = [
  { value: "0 3 * * *", label: "Every day at 03:00" },
  { value: "0 3 * * 0", label: "Every Sunday at 03:00" },
  { value: "0 3 1 * *", label: "On the first of each month at 03:00" },
] as const;
const OWN = "own";

/** Step 3: when it runs by itself, and the fuses of each run. */
export function StepSchedule({ draft, problems, update }: StepProps) {
  const { schedule, limits } = draft;
  const setSchedule = (patch: Partial<RuleDraft["schedule"]>) => update({ schedule: { ...schedule, ...patch } });
  const setLimits = (patch: Partial<RuleDraft["limits"]>) => update({ limits: { ...limits, ...patch } });
  const quota =
    schedule.kind === "onQuota"
      ? [
          {
            value: "onQuota" as const,
            label: "When the quota is used up",
            hint: `At ${schedule.percent} % of the workspace's quota.`,
          },
        ]
      : [];
  return (
    <div className="flex flex-col gap-7">
      <FieldGroup label="When it runs">
        <RadioGroup
          label="When it runs"
          value={schedule.kind}
          onValueChange={(kind) => setSchedule({ kind })}
          options={[
            { value: "manual", label: "By hand", hint: "Only when somebody presses “Run now”." },
            { value: "cron", label: "On a schedule", hint: "At fixed times, in the time zone that you name." },
            ...quota,
          ]}
        />
      </FieldGroup>
      {schedule.kind === "cron" ? <CronFields schedule={schedule} problems={problems} onChange={setSchedule} /> : null}
      <section className="flex flex-col gap-4 border-rule border-t pt-6" aria-labelledby="limits">
        <div>
          <h2 id="limits" className="font-medium">
            Limits of one run
          </h2>
          <p className="text-muted">
            Fuses against a rule that catches too much: a run that reaches one stops there, honestly marked, and the
            next goes on. Empty means no limit.
          </p>
        </div>
        <div className="grid grid-cols-3 gap-x-6 gap-y-5 compact:grid-cols-1">
          <Field label="Images at most" error={problems["limits.maxItems"]}>
            <Input
              inputMode="numeric"
              value={limits.maxItems}
              onChange={(event) => setLimits({ maxItems: event.target.value })}
              placeholder="no limit"
            />
          </Field>
          <div className="flex items-start gap-2">
            <Field label="Size at most" error={problems["limits.maxBytes"]} className="flex-1">
              <Input
                inputMode="decimal"
                value={limits.maxBytes}
                onChange={(event) => setLimits({ maxBytes: event.target.value })}
                placeholder="no limit"
              />
            </Field>
            <Select
              className="mt-6.5 w-22 shrink-0"
              label="Unit of the size"
              value={limits.bytesUnit}
              onValueChange={(bytesUnit) => setLimits({ bytesUnit })}
              options={[
                { value: "MiB", label: "MiB" },
                { value: "GiB", label: "GiB" },
              ]}
            />
          </div>
          <Field label="Share of a repository" error={problems["limits.maxPercentOfRepository"]}>
            <Input
              inputMode="decimal"
              value={limits.maxPercentOfRepository}
              onChange={(event) => setLimits({ maxPercentOfRepository: event.target.value })}
              placeholder="no limit"
              suffix="%"
            />
          </Field>
        </div>
        <Checkbox
          checked={draft.allowLastArtifact}
          onCheckedChange={(allowLastArtifact) => update({ allowLastArtifact })}
          label="The last image of a repository may go too"
          hint="Otherwise the newest image of each repository stays, even where everything matches."
        />
      </section>
    </div>
  );
}

function CronFields({
  schedule,
  problems,
  onChange,
}: {
  schedule: RuleDraft["schedule"];
  problems: StepProps["problems"];
  onChange: (patch: Partial<RuleDraft["schedule"]>) => void;
}) {
  const preset = PRESETS.find((each) => each.value === schedule.expression)?.value ?? OWN;
  return (
    <div className="flex flex-col gap-5">
      <div className="grid grid-cols-3 gap-x-6 gap-y-5 compact:grid-cols-1">
        <Field label="How often">
          <Select
            value={preset}
            onValueChange={(value) => {
              if (value !== OWN) onChange({ expression: value });
            }}
            options={[...PRESETS, { value: OWN, label: "As written beside" }]}
          />
        </Field>
        <Field
          label="Cron"
          hint="minute hour day month weekday; six fields begin with the second"
          error={problems["schedule.expression"]}
        >
          <Input
            mono
            value={schedule.expression}
            onChange={(event) => onChange({ expression: event.target.value })}
            autoComplete="off"
            spellCheck={false}
          />
        </Field>
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
          {Intl.supportedValuesOf("timeZone").map((zone) => (
            <option key={zone} value={zone} />
          ))}
        </datalist>
      </div>
      <NextRuns expression={schedule.expression} timeZone={schedule.timeZone} />
    </div>
  );
}

function NextRuns({ expression, timeZone }: { expression: string; timeZone: string }) {
  const now = useNow(30_000);
  if (now === undefined || cronExpressionProblem(expression) || timeZoneProblem(timeZone)) return null;
  const clock = new Intl.DateTimeFormat("en-GB", { timeZone, dateStyle: "medium", timeStyle: "short" });
  return (
    <div aria-live="polite">
      <p className="font-medium">{cronInWords({ expression, timeZone })}</p>
      <p className="pt-2 text-sm text-subtle">Next five runs</p>
      <ol className="tabular-nums">
        {nextCronRuns({ expression, timeZone }, now, 5).map((at) => (
          <li key={at} className="flex gap-3">
            <span>{clock.format(at)}</span>
            <span className="text-subtle">{formatRelative(now, at)}</span>
          </li>
        ))}
      </ol>
    </div>
  );
}
