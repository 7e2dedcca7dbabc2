"use client";

import { Plus, X } from "lucide-react";
import { Button } from "../ui/button";
import { IconButton } from "../ui/icon-button";
import { Input } from "../ui/input";
import { Select } from "../ui/select";
import type { DraftProblems, PatternDraft } from "./rule-draft";

const KIND_LABEL = { glob: "glob", regex: "regex", semver: "version" } as const;
const PLACEHOLDER = { glob: "pr-*", regex: "^v\\d+$", semver: ">=2.0.0 <3" } as const;
const KIND_HINT = {
  glob: "* is anything but /, ** crosses /, {a,b} is either",
  regex: "RE2, found anywhere unless anchored by ^ and $",
  semver: "a range that the tag's version lies in",
} as const;

/** Patterns of a selector, each with its kind; an empty list says what that means. */
export function PatternList({
  label,
  noun,
  patterns,
  kinds,
  path,
  problems,
  emptyText,
  onChange,
}: {
  label: string;
  /** What a pattern matches: "repository", "tag". */
  noun: string;
  patterns: readonly PatternDraft[];
  kinds: readonly PatternDraft["kind"][];
  path: string;
  problems: DraftProblems;
  emptyText: string;
  onChange: (patterns: PatternDraft[]) => void;
}) {
  const replace = (index: number, patch: Partial<PatternDraft>) =>
    onChange(patterns.map((pattern, at) => (at === index ? { ...pattern, ...patch } : pattern)));
  return (
    <fieldset className="flex min-w-0 flex-col gap-2">
      <legend className="mb-1.5 font-medium">{label}</legend>
      {patterns.length === 0 ? <p className="-mt-1 text-sm text-subtle">{emptyText}</p> : null}
      {patterns.map((pattern, index) => {
        const problem = problems[`${path}.${index}.value`];
        const name = `${label}, pattern ${index + 1}`;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: controlled fields, a pattern is its place in the list
          <div key={index} className="flex flex-col gap-1">
            <div className="flex items-center gap-2">
              <Select
                className="w-26 shrink-0"
                label={`${name}: kind`}
                value={pattern.kind}
                onValueChange={(kind) => replace(index, { kind })}
                options={kinds.map((kind) => ({ value: kind, label: KIND_LABEL[kind], hint: KIND_HINT[kind] }))}
              />
              <Input
                mono
                aria-label={name}
                aria-invalid={problem !== undefined || undefined}
                placeholder={
                  noun === "tag" ? PLACEHOLDER[pattern.kind] : pattern.kind === "glob" ? "acme/web/**" : "^acme/"
                }
                value={pattern.value}
                onChange={(event) => replace(index, { value: event.target.value })}
                autoComplete="off"
                spellCheck={false}
              />
              <IconButton
                label={`Remove ${name.toLowerCase()}`}
                icon={<X />}
                onClick={() => onChange(patterns.filter((_, at) => at !== index))}
              />
            </div>
            {problem ? (
              <p role="alert" className="pl-28 font-medium text-danger text-sm first-letter:uppercase">
                {problem}
              </p>
            ) : null}
          </div>
        );
      })}
      <div>
        <Button
          size="sm"
          variant="ghost"
          icon={<Plus />}
          onClick={() => onChange([...patterns, { kind: kinds[0] ?? "glob", value: "" }])}
        >
          Add a pattern
          <span className="sr-only"> to {label.toLowerCase()}</span>
        </Button>
      </div>
    </fieldset>
  );
}
