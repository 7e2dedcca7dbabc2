"use client";

import { Plus, X } from "lucide-react";
import { useId, useState } from "react";
import { MarkedText } from "../history/marked-text";
import { count } from "../history/run-words";
import { Button } from "../ui/button";
import { IconButton } from "../ui/icon-button";
import { Input } from "../ui/input";
import { Select } from "../ui/select";
import { patternInWords } from "./pattern-words";
import type { DraftProblems, PatternDraft } from "./rule-draft";

const KIND_LABEL = { glob: "glob", regex: "regex", semver: "version" } as const;
const KIND_HINT = {
  glob: "the name, with * for any text",
  regex: "RE2, found anywhere unless tied by ^ and $",
  semver: "a range that the tag's version lies in",
} as const;

/** Patterns of a selector, each with its kind, what it means, and how many names it finds; an empty list says what that means. */
export function PatternList({
  label,
  noun,
  patterns,
  kinds,
  path,
  problems,
  counts,
  suggestions,
  emptyText,
  placeholder,
  onChange,
}: {
  label: string;
  /** What a pattern matches. */
  noun: "repository" | "tag";
  patterns: readonly PatternDraft[];
  kinds: readonly PatternDraft["kind"][];
  path: string;
  problems: DraftProblems;
  /** How many names each pattern finds now, by its path; one that is not there is not known. */
  counts: Readonly<Record<string, number>>;
  /** Names that exist, offered while a glob is written. */
  suggestions?: readonly string[];
  emptyText: string;
  placeholder: Record<PatternDraft["kind"], string>;
  onChange: (patterns: PatternDraft[]) => void;
}) {
  const listId = useId();
  // The pattern that was just added takes the focus; those that were there do not.
  const [added, setAdded] = useState<number | null>(null);
  const replace = (index: number, patch: Partial<PatternDraft>) =>
    onChange(patterns.map((pattern, at) => (at === index ? { ...pattern, ...patch } : pattern)));
  return (
    <fieldset className="flex min-w-0 flex-col gap-2.5">
      <legend className="mb-1.5 font-medium">{label}</legend>
      {patterns.length === 0 ? <p className="-mt-1 text-sm text-subtle">{emptyText}</p> : null}
      {suggestions ? (
        <datalist id={listId}>
          {suggestions.map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
      ) : null}
      {patterns.map((pattern, index) => {
        const problem = problems[`${path}.${index}.value`];
        const found = counts[`${path}.${index}`];
        const name = `${label}, pattern ${index + 1}`;
        const noteId = `${listId}-${index}`;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: controlled fields, a pattern is its place in the list
          <div key={index} className="flex flex-col gap-1">
            <div className="flex items-center gap-2">
              <Select
                className="w-24 shrink-0"
                label={`${name}: kind`}
                value={pattern.kind}
                onValueChange={(kind) => replace(index, { kind })}
                options={kinds.map((kind) => ({ value: kind, label: KIND_LABEL[kind], hint: KIND_HINT[kind] }))}
              />
              <Input
                mono
                autoFocus={index === added}
                aria-label={name}
                aria-invalid={problem !== undefined || undefined}
                aria-describedby={noteId}
                {...(suggestions && pattern.kind === "glob" ? { list: listId } : {})}
                placeholder={placeholder[pattern.kind]}
                value={pattern.value}
                onChange={(event) => replace(index, { value: event.target.value })}
                autoComplete="off"
                autoCapitalize="off"
                spellCheck={false}
              />
              <IconButton
                label={`Remove ${name.toLowerCase()}`}
                icon={<X />}
                onClick={() => {
                  setAdded(null);
                  onChange(patterns.filter((_, at) => at !== index));
                }}
              />
            </div>
            {problem ? (
              <p id={noteId} role="alert" className="font-medium text-danger text-sm first-letter:uppercase">
                {problem}
              </p>
            ) : (
              <p id={noteId} className="text-sm text-subtle">
                <MarkedText>{patternInWords(pattern, noun)}</MarkedText>
                {found === undefined || pattern.value.trim() === "" ? null : <Found found={found} noun={noun} />}
              </p>
            )}
          </div>
        );
      })}
      <div className="-ml-2">
        <Button
          size="sm"
          variant="ghost"
          icon={<Plus />}
          onClick={() => {
            setAdded(patterns.length);
            onChange([...patterns, { kind: kinds[0] ?? "glob", value: "" }]);
          }}
        >
          Add a pattern
          <span className="sr-only"> to {label.toLowerCase()}</span>
        </Button>
      </div>
    </fieldset>
  );
}

function Found({ found, noun }: { found: number; noun: "repository" | "tag" }) {
  if (found === 0) return <strong className="font-medium text-warning"> Finds none now.</strong>;
  return (
    <span className="text-muted tabular-nums">
      {" "}
      Finds {noun === "tag" ? count(found, "tag") : count(found, "repository", "repositories")}.
    </span>
  );
}
