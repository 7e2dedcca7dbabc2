"use client";

import { GitFork, Plus, X } from "lucide-react";
import { Button } from "../ui/button";
import { Callout } from "../ui/callout";
import { IconButton } from "../ui/icon-button";
import { AddCondition } from "./add-condition";
import { ConditionFields } from "./condition-fields";
import { type AnyOfDraft, type DraftProblems, emptyCondition, type WhenDraft } from "./rule-draft";
import type { StepProps } from "./wizard-steps";

/** Step 2: what must be true of an image for the rule to choose it. All conditions together; inside either/or, one group. */
export function StepConditions({ draft, problems, warnings, update }: StepProps) {
  const { when } = draft;
  const replace = (index: number, condition: WhenDraft | null) =>
    update({ when: when.flatMap((each, at) => (at !== index ? [each] : condition === null ? [] : [condition])) });
  return (
    <div className="flex flex-col gap-4">
      <p className="text-muted">
        {when.length > 1 ? "All of these must be true of an image." : "This must be true of an image."}
      </p>
      {problems.when ? (
        <p role="alert" className="font-medium text-danger text-sm first-letter:uppercase">
          {problems.when}
        </p>
      ) : null}
      {when.length === 0 ? (
        <Callout
          tone={draft.effect === "reclaim" ? "warning" : "info"}
          title="No condition: every image from step 1 matches"
        >
          {draft.effect === "reclaim"
            ? "The newest image of each repository still stays, unless step 3 says otherwise."
            : null}
        </Callout>
      ) : null}
      <ol className="flex flex-col gap-4">
        {when.map((condition, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: controlled fields, a condition is its place in the list
          <li key={index} className="flex flex-col gap-4">
            {index > 0 ? <Joint word="and" /> : null}
            {condition.kind === "anyOf" ? (
              <EitherOr
                condition={condition}
                name={`Condition ${index + 1}`}
                path={`when.${index}`}
                problems={problems}
                warnings={warnings}
                onChange={(next) => replace(index, next)}
              />
            ) : (
              <ConditionFields
                condition={condition}
                name={`Condition ${index + 1}`}
                path={`when.${index}`}
                problems={problems}
                warnings={warnings}
                onChange={(next) => replace(index, next)}
                onRemove={() => replace(index, null)}
              />
            )}
          </li>
        ))}
      </ol>
      <div className="flex flex-wrap gap-2 border-rule border-t pt-4">
        <AddCondition effect={draft.effect} onAdd={(condition) => update({ when: [...when, condition] })} />
        <Button
          icon={<GitFork />}
          onClick={() =>
            update({
              when: [...when, { kind: "anyOf", groups: [[emptyCondition("untagged")], [emptyCondition("idle")]] }],
            })
          }
        >
          Add either / or
        </Button>
      </div>
    </div>
  );
}

/** The word between two conditions. */
function Joint({ word }: { word: string }) {
  return (
    <div className="flex items-center gap-3 text-sm text-subtle">
      {word}
      <span aria-hidden="true" className="h-px flex-1 bg-rule" />
    </div>
  );
}

function EitherOr({
  condition,
  name,
  path,
  problems,
  warnings,
  onChange,
}: {
  condition: AnyOfDraft;
  name: string;
  path: string;
  problems: DraftProblems;
  warnings: DraftProblems;
  onChange: (condition: AnyOfDraft | null) => void;
}) {
  const { groups } = condition;
  // The last group takes the whole either/or with it: one that offers nothing would be no condition.
  const setGroup = (index: number, group: AnyOfDraft["groups"][number] | null) => {
    const next = groups.flatMap((each, at) =>
      at !== index ? [each] : group === null || group.length === 0 ? [] : [group],
    );
    onChange(next.length === 0 ? null : { ...condition, groups: next });
  };
  const own = problems[path] ?? problems[`${path}.groups`];
  return (
    <fieldset className="flex min-w-0 flex-col gap-3 border-rule-strong border-l-2 pl-4">
      <legend className="sr-only">{name}, either or</legend>
      <div className="flex items-center justify-between gap-3">
        <p className="font-medium">Either of these is enough</p>
        <IconButton label={`Remove ${name.toLowerCase()}, either or`} icon={<X />} onClick={() => onChange(null)} />
      </div>
      {own ? (
        <p role="alert" className="font-medium text-danger text-sm first-letter:uppercase">
          {own}
        </p>
      ) : null}
      {groups.map((group, groupIndex) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: controlled fields, a group is its place in the list
        <div key={groupIndex} className="flex flex-col gap-3">
          {groupIndex > 0 ? <Joint word="or" /> : null}
          <div className="flex flex-col gap-3">
            {group.map((each, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: controlled fields, a condition is its place in the group
              <div key={at} className="flex flex-col gap-3">
                {at > 0 ? <p className="text-sm text-subtle">and</p> : null}
                <ConditionFields
                  condition={each}
                  name={`${name}, choice ${groupIndex + 1}.${at + 1}`}
                  path={`${path}.groups.${groupIndex}.${at}`}
                  problems={problems}
                  warnings={warnings}
                  onChange={(next) =>
                    setGroup(
                      groupIndex,
                      group.map((old, index) => (index === at ? next : old)),
                    )
                  }
                  onRemove={() =>
                    setGroup(
                      groupIndex,
                      group.filter((_, index) => index !== at),
                    )
                  }
                />
              </div>
            ))}
          </div>
          <div>
            <Button
              size="sm"
              variant="ghost"
              icon={<Plus />}
              onClick={() => setGroup(groupIndex, [...group, emptyCondition("beyond")])}
            >
              And also
              <span className="sr-only">
                , in choice {groupIndex + 1} of {name.toLowerCase()}
              </span>
            </Button>
          </div>
        </div>
      ))}
      <div>
        <Button
          size="sm"
          icon={<Plus />}
          onClick={() => onChange({ ...condition, groups: [...groups, [emptyCondition()]] })}
        >
          Or else
          <span className="sr-only">, another choice in {name.toLowerCase()}</span>
        </Button>
      </div>
    </fieldset>
  );
}
