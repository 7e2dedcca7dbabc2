"use client";

import { Field, FieldGroup } from "../ui/field";
import { Input } from "../ui/input";
import { RadioGroup } from "../ui/radio-group";
import { Select } from "../ui/select";
import { PatternList } from "./pattern-list";
import type { RuleDraft } from "./rule-draft";
import type { StepProps } from "./wizard-steps";

/** Step 1: what the rule is called, what it does, and which images it looks at. */
export function StepImages({ draft, problems, update }: StepProps) {
  return (
    <div className="flex flex-col gap-7">
      <Field label="Name" hint="So that runs, reasons and history can name it." error={problems.name} required>
        <Input
          value={draft.name}
          onChange={(event) => update({ name: event.target.value })}
          maxLength={80}
          placeholder="Tidy up"
          autoComplete="off"
        />
      </Field>
      <FieldGroup label="Effect">
        <RadioGroup
          label="Effect"
          value={draft.effect}
          onValueChange={(effect) => update({ effect })}
          options={[
            {
              value: "reclaim",
              label: "Reclaim",
              hint: "Matching images move to the recycle bin. From there they can be restored.",
            },
            {
              value: "protect",
              label: "Protect",
              hint: "Matching images stay, whatever other rules of this space say.",
            },
          ]}
        />
      </FieldGroup>
      <FieldGroup label="Images">
        <RadioGroup
          label="Images"
          value={draft.state}
          onValueChange={(state) => update({ state })}
          options={[
            { value: "any", label: "With and without a tag" },
            { value: "tagged", label: "Only with a tag" },
            {
              value: "untagged",
              label: "Only without any tag",
              hint: "What a newer push under the same tag left behind.",
            },
          ]}
        />
      </FieldGroup>
      <Field
        label="Kind"
        hint="A multi-arch image counts as one; signatures and SBOMs always go with their image."
        className="max-w-72"
      >
        <Select value={draft.kinds} onValueChange={(kinds) => update({ kinds })} options={KINDS} />
      </Field>
      <Selectors draft={draft} problems={problems} update={update} />
    </div>
  );
}

const KINDS: { value: RuleDraft["kinds"]; label: string }[] = [
  { value: "image", label: "Container images" },
  { value: "chart", label: "Helm charts" },
  { value: "other", label: "Other artifacts" },
  { value: "any", label: "Everything" },
];

function Selectors({ draft, problems, update }: StepProps) {
  return (
    <>
      <div className="grid grid-cols-2 gap-x-8 gap-y-5 compact:grid-cols-1">
        <PatternList
          label="Repositories"
          noun="repository"
          kinds={["glob", "regex"]}
          patterns={draft.repositories.include}
          path="repositories.include"
          problems={problems}
          emptyText="Every repository of this space."
          onChange={(include) => update({ repositories: { ...draft.repositories, include } })}
        />
        <PatternList
          label="Except repositories"
          noun="repository"
          kinds={["glob", "regex"]}
          patterns={draft.repositories.exclude}
          path="repositories.exclude"
          problems={problems}
          emptyText="No exception."
          onChange={(exclude) => update({ repositories: { ...draft.repositories, exclude } })}
        />
        <PatternList
          label="Tags"
          noun="tag"
          kinds={["glob", "regex", "semver"]}
          patterns={draft.tags.include}
          path="tags.include"
          problems={problems}
          emptyText="Whatever the tag."
          onChange={(include) => update({ tags: { ...draft.tags, include } })}
        />
        <PatternList
          label="Except tags"
          noun="tag"
          kinds={["glob", "regex", "semver"]}
          patterns={draft.tags.exclude}
          path="tags.exclude"
          problems={problems}
          emptyText="No exception."
          onChange={(exclude) => update({ tags: { ...draft.tags, exclude } })}
        />
      </div>
      {problems.tags ? (
        <p role="alert" className="-mt-4 font-medium text-danger text-sm">
          {problems.tags}
        </p>
      ) : null}
      <p className="-mt-2 text-sm text-subtle">
        An image of which only some tags match loses those tags and stays. Tag patterns never decide on untagged images.
      </p>
    </>
  );
}
