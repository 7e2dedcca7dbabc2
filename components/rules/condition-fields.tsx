"use client";

import { AlertTriangle, X } from "lucide-react";
import type { ReactNode } from "react";
import type { Clock, Order } from "@/domain/rules/predicate";
import { IconButton } from "../ui/icon-button";
import { Input } from "../ui/input";
import { Select } from "../ui/select";
import { type ConditionDraft, type DraftProblems, emptyCondition } from "./rule-draft";

const KINDS: { value: ConditionDraft["kind"]; label: string; hint: string }[] = [
  { value: "idle", label: "is older than", hint: "a clock ran longer than so many days" },
  { value: "within", label: "is younger than", hint: "the opposite: within so many days" },
  { value: "beyond", label: "is beyond the newest", hint: "not among the N best of its repository" },
  { value: "among", label: "is among the newest", hint: "the opposite: one of the N best" },
  { value: "untagged", label: "is untagged", hint: "has no tag, and no index or subject holds it" },
];

const CLOCKS: { value: Clock; label: string; hint: string }[] = [
  { value: "pushed", label: "since its push", hint: "when it was last pushed" },
  {
    value: "active",
    label: "since its last use",
    hint: "push or pull, whichever is later; own and scanner pulls do not count",
  },
  { value: "created", label: "since it was built", hint: "as the image itself says" },
  { value: "untaggedSince", label: "since its last tag left", hint: "for untagged images" },
];

const ORDERS: { value: Order; label: string; hint: string }[] = [
  { value: "pushed", label: "by push", hint: "the newest pushes are the best" },
  { value: "active", label: "by last use", hint: "push or pull, whichever is later" },
  { value: "semver", label: "by version", hint: "the highest versions among its tags" },
  { value: "created", label: "by build date", hint: "as the image itself says" },
];

const FIELDS = ["days", "clock", "n", "order", "groupBy"] as const;

/** One condition as a sentence with gaps: what is asked, its numbers, and what they are counted by. */
export function ConditionFields({
  condition,
  name,
  path,
  problems,
  warnings,
  onChange,
  onRemove,
}: {
  condition: ConditionDraft;
  /** How the condition is called for assistive technology: "Condition 2". */
  name: string;
  path: string;
  problems: DraftProblems;
  warnings: DraftProblems;
  onChange: (condition: ConditionDraft) => void;
  onRemove: () => void;
}) {
  const set = (patch: Partial<ConditionDraft>) => onChange({ ...condition, ...patch });
  const warning = [path, ...FIELDS.map((key) => `${path}.${key}`)].map((at) => warnings[at]).find(Boolean);
  const field = FIELDS.find((key) => problems[`${path}.${key}`]);
  const problem = field === undefined ? problems[path] : problems[`${path}.${field}`];
  const isCount = condition.kind === "beyond" || condition.kind === "among";
  return (
    <fieldset className="flex min-w-0 flex-col gap-1.5">
      <legend className="sr-only">{name}</legend>
      <div className="flex items-start gap-2">
        <div className="flex min-w-0 flex-1 flex-wrap items-center gap-2">
          <Select
            className="w-44"
            label={`${name}: what is asked`}
            value={condition.kind}
            onValueChange={(kind) => onChange({ ...emptyCondition(kind), days: condition.days, n: condition.n })}
            options={KINDS}
          />
          {condition.kind === "idle" || condition.kind === "within" ? (
            <>
              <NumberInput
                label={`${name}: days`}
                unit="days"
                value={condition.days}
                isInvalid={field === "days"}
                onChange={(days) => set({ days })}
              />
              <Select
                className="w-44"
                label={`${name}: counted`}
                value={condition.clock}
                onValueChange={(clock) => set({ clock })}
                options={CLOCKS}
              />
            </>
          ) : null}
          {isCount ? (
            <>
              <NumberInput
                label={`${name}: how many`}
                value={condition.n}
                isInvalid={field === "n"}
                onChange={(n) => set({ n })}
              />
              <Select
                className="w-36"
                label={`${name}: ordered`}
                value={condition.order}
                onValueChange={(order) => set({ order })}
                options={ORDERS}
              />
              <Grouping
                name={name}
                value={condition.groupBy}
                isInvalid={field === "groupBy"}
                onChange={(groupBy) => set({ groupBy })}
              />
            </>
          ) : null}
        </div>
        <IconButton label={`Remove ${name.toLowerCase()}`} icon={<X />} onClick={onRemove} />
      </div>
      <ConditionNote problem={problem} warning={warning}>
        {explain(condition)}
      </ConditionNote>
    </fieldset>
  );
}

function ConditionNote({
  problem,
  warning,
  children,
}: {
  problem: string | undefined;
  warning: string | undefined;
  children: ReactNode;
}) {
  if (!problem) {
    return (
      <>
        <p className="text-sm text-subtle">{children}</p>
        {warning ? (
          <p className="flex items-start gap-1.5 text-sm text-warning">
            <AlertTriangle className="mt-px size-3.5 shrink-0" aria-hidden="true" />
            <span className="first-letter:uppercase">{warning}</span>
          </p>
        ) : null}
      </>
    );
  }
  return (
    <p role="alert" className="font-medium text-danger text-sm first-letter:uppercase">
      {problem}
    </p>
  );
}

function NumberInput({
  label,
  unit,
  value,
  isInvalid,
  onChange,
}: {
  label: string;
  unit?: string;
  value: string;
  isInvalid: boolean;
  onChange: (value: string) => void;
}) {
  return (
    <span className="flex items-center gap-2">
      <Input
        className="w-20 tabular-nums"
        inputMode="numeric"
        aria-label={label}
        aria-invalid={isInvalid || undefined}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        autoComplete="off"
      />
      {unit ? <span className="text-muted">{unit}</span> : null}
    </span>
  );
}

function Grouping({
  name,
  value,
  isInvalid,
  onChange,
}: {
  name: string;
  value: string;
  isInvalid: boolean;
  onChange: (value: string) => void;
}) {
  return (
    <span className="flex items-center gap-2 text-muted">
      of each
      <Input
        mono
        className="w-36"
        aria-label={`${name}: group tags by`}
        aria-invalid={isInvalid || undefined}
        placeholder="repository"
        title="A regular expression (RE2) on the tag: images with the same captured text are counted together. Empty: the whole repository."
        value={value}
        onChange={(event) => onChange(event.target.value)}
        autoComplete="off"
        spellCheck={false}
      />
    </span>
  );
}

function explain(condition: ConditionDraft): string {
  const days = condition.days.trim() || "N";
  const n = condition.n.trim() || "N";
  const clock = CLOCKS.find((each) => each.value === condition.clock)?.label ?? "";
  const where = condition.groupBy === "" ? "its repository" : "its group of tags";
  switch (condition.kind) {
    case "idle":
      return `More than ${days} × 24 hours ${clock}. Where that is not known the image is kept.`;
    case "within":
      return `At most ${days} × 24 hours ${clock}.`;
    case "beyond":
      return n === "0"
        ? "0 spares none: every image is beyond."
        : `Outside the ${n} best of ${where}; these ${n} never match.`;
    case "among":
      return `One of the ${n} best of ${where}.`;
    case "untagged":
      return "It has no tag of its own, and no multi-arch image or signed image that stays holds it.";
  }
}
