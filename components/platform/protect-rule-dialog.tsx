"use client";

import { type FormEvent, useId, useState } from "react";
import { toast } from "sonner";
import type { PlatformRuleDto } from "@/contracts/rules";
import { ruleSentence } from "@/domain/rules/sentence";
import { MarkedText } from "../history/marked-text";
import { PatternList } from "../rules/pattern-list";
import {
  draftOf,
  emptyCondition,
  emptyDraft,
  type RuleDraft,
  readableDefinition,
  readDraft,
} from "../rules/rule-draft";
import { StepConditions } from "../rules/step-conditions";
import { Button } from "../ui/button";
import { Callout } from "../ui/callout";
import { Dialog } from "../ui/dialog";
import { Field, FieldGroup } from "../ui/field";
import { Input } from "../ui/input";
import { problemOf } from "../ui/problem-of";
import { Select } from "../ui/select";
import { useCreatePlatformRule, useUpdatePlatformRule } from "./platform-queries";

/** A rule that protects says nothing of schedules, limits and last images: those parts of the draft stay as they are. */
const NEW_DRAFT: RuleDraft = { ...emptyDraft("UTC"), effect: "protect", state: "tagged", kinds: "any", when: [] };

const STATES = [
  { value: "any", label: "Tagged and untagged" },
  { value: "tagged", label: "With a tag" },
  { value: "untagged", label: "Without any tag" },
] as const;

const REPOSITORY = {
  noun: "repository",
  kinds: ["glob", "regex"],
  placeholder: { glob: "acme/web", regex: "^acme/", semver: "" },
  counts: {},
} as const;
const TAG = { noun: "tag", kinds: ["glob", "regex", "semver"], counts: {} } as const;

/** Writes a protect rule of the platform, or changes one. */
export function ProtectRuleDialog({ rule, onClose }: { rule: PlatformRuleDto | null; onClose: () => void }) {
  const formId = useId();
  const [draft, setDraft] = useState<RuleDraft>(rule === null ? NEW_DRAFT : draftOf(rule, "UTC"));
  const [hasTried, setHasTried] = useState(false);
  const create = useCreatePlatformRule();
  const change = useUpdatePlatformRule();
  const isPending = create.isPending || change.isPending;
  const read = readDraft(draft);
  const problems = hasTried && !read.isValid ? read.problems : {};
  const update = (patch: Partial<RuleDraft>) => setDraft((known) => ({ ...known, ...patch }));
  const definition = readableDefinition(draft);
  const problem = problemOf(create.error ?? change.error);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setHasTried(true);
    if (!read.isValid || isPending) return;
    const { name, definition } = read;
    const onSuccess = (saved: PlatformRuleDto) => {
      onClose();
      toast.success(`${saved.name} protects images in every workspace${saved.isEnabled ? "" : " once it is enabled"}`);
    };
    if (rule === null) create.mutate({ name, definition }, { onSuccess });
    else change.mutate({ platformRuleId: rule.id, revision: rule.revision, name, definition }, { onSuccess });
  };
  return (
    <Dialog
      open
      onOpenChange={(isOpen) => {
        if (!isOpen && !isPending) onClose();
      }}
      title={rule === null ? "Create protect rule" : `Edit ${rule.name}`}
      description="What it matches is kept in every workspace. Names of repositories are whole, with the prefix of their space."
      size="lg"
      footer={
        <>
          <Button onClick={onClose} disabled={isPending}>
            Cancel
          </Button>
          <Button type="submit" form={formId} variant="primary" loading={isPending}>
            {rule === null ? "Create" : "Save"}
          </Button>
        </>
      }
    >
      <form id={formId} onSubmit={submit} noValidate className="flex flex-col gap-5">
        {problem ? (
          <Callout tone="danger" title={problem.title} live>
            {problem.detail}
          </Callout>
        ) : null}
        <div className="grid grid-cols-2 gap-4 narrow:grid-cols-1">
          <Field label="Name" error={problems.name}>
            <Input
              value={draft.name}
              maxLength={80}
              autoComplete="off"
              onChange={(event) => update({ name: event.target.value })}
            />
          </Field>
          <Field label="Which images">
            <Select value={draft.state} onValueChange={(state) => update({ state })} options={STATES} />
          </Field>
        </div>
        <div className="grid grid-cols-2 gap-x-8 gap-y-5 narrow:grid-cols-1">
          <PatternList
            {...REPOSITORY}
            label="Repositories"
            patterns={draft.repositories.include}
            path="repositories.include"
            problems={problems}
            emptyText="Every repository of every workspace."
            onChange={(include) => update({ repositories: { ...draft.repositories, include } })}
          />
          <PatternList
            {...REPOSITORY}
            label="Except repositories"
            patterns={draft.repositories.exclude}
            path="repositories.exclude"
            problems={problems}
            emptyText="No exception."
            onChange={(exclude) => update({ repositories: { ...draft.repositories, exclude } })}
          />
          {draft.state === "untagged" && draft.tags.include.length + draft.tags.exclude.length === 0 ? null : (
            <>
              <PatternList
                {...TAG}
                label="Tags"
                placeholder={{ glob: "stable", regex: "^v\\d+$", semver: ">=1.0.0" }}
                patterns={draft.tags.include}
                path="tags.include"
                problems={problems}
                emptyText="Whatever the tag."
                onChange={(include) => update({ tags: { ...draft.tags, include } })}
              />
              <PatternList
                {...TAG}
                label="Except tags"
                placeholder={{ glob: "pr-*", regex: "-rc", semver: "<1" }}
                patterns={draft.tags.exclude}
                path="tags.exclude"
                problems={problems}
                emptyText="No exception."
                onChange={(exclude) => update({ tags: { ...draft.tags, exclude } })}
              />
            </>
          )}
        </div>
        <FieldGroup label="Conditions">
          {draft.when.length > 0 ? (
            <StepConditions draft={draft} problems={problems} warnings={{}} update={update} />
          ) : (
            <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
              <span className="text-muted">None: what the patterns above match is always protected.</span>
              <Button size="sm" onClick={() => update({ when: [emptyCondition("within")] })}>
                Add a condition
              </Button>
            </div>
          )}
        </FieldGroup>
        {definition === null ? null : (
          <p aria-live="polite" className="border-rule-strong border-l-2 pl-4 text-lg leading-snug">
            <MarkedText>{`${ruleSentence(definition)}.`}</MarkedText>
          </p>
        )}
      </form>
    </Dialog>
  );
}
