"use client";

import { Checkbox } from "../ui/checkbox";
import { Field } from "../ui/field";
import { Input } from "../ui/input";
import { Select } from "../ui/select";
import { type RuleDraft, sizeLimitNote } from "./rule-draft";
import type { StepScheduleProps } from "./wizard-steps";

/** What stops one run: limits of the rule, and the share of the space above which a person is asked. */
export function LimitFields({ draft, problems, confirmSharePercent, update }: StepScheduleProps) {
  const { limits } = draft;
  const setLimits = (patch: Partial<RuleDraft["limits"]>) => update({ limits: { ...limits, ...patch } });
  return (
    <section className="flex flex-col gap-4 border-rule border-t pt-6" aria-labelledby="limits">
      <div>
        <h2 id="limits" className="font-medium">
          Limits of one run
        </h2>
        <p className="max-w-prose text-muted">
          A run that reaches one stops there, says so, and the next goes on. Empty means no limit.
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
          <Field
            label="Size at most"
            hint={sizeLimitNote(draft)}
            error={problems["limits.maxBytes"]}
            className="flex-1"
          >
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
        <Field
          label="Share of a repository"
          hint="of the images of each"
          error={problems["limits.maxPercentOfRepository"]}
        >
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
      {confirmSharePercent === undefined ? null : (
        <p className="max-w-prose text-sm text-subtle">
          {confirmSharePercent >= 100
            ? "In this space no run waits for a confirmation, however much it would take."
            : `And whatever the limits: a run that would take more than ${confirmSharePercent} % of the images of this space waits until a person confirms it.`}
        </p>
      )}
    </section>
  );
}
