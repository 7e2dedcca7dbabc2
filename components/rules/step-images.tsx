"use client";

import { Field, FieldGroup } from "../ui/field";
import { Input } from "../ui/input";
import { RadioGroup } from "../ui/radio-group";
import { Select } from "../ui/select";
import { PatternList } from "./pattern-list";
import type { RuleDraft } from "./rule-draft";
import type { StepProps } from "./wizard-steps";

export type StepImagesProps = StepProps & {
  /** How many names each pattern finds now, by its path. */
  counts: Readonly<Record<string, number>>;
  /** Names of the space's repositories, to choose from. */
  repositoryNames: readonly string[];
};

/** Step 1: what the rule is called, what it does, and which images it looks at. */
export function StepImages(props: StepImagesProps) {
  const { draft, problems, warnings, update } = props;
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
      <FieldGroup label="What it does">
        <RadioGroup
          label="What it does"
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
      <FieldGroup label="Which images" hint={warnings.state}>
        <RadioGroup
          label="Which images"
          value={draft.state}
          onValueChange={(state) => update({ state })}
          options={[
            { value: "any", label: "With and without a tag" },
            { value: "tagged", label: "Only with a tag", hint: "Images that somebody can pull by name." },
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
      <Selectors {...props} />
    </div>
  );
}

const KINDS: { value: RuleDraft["kinds"]; label: string }[] = [
  { value: "image", label: "Container images" },
  { value: "chart", label: "Helm charts" },
  { value: "other", label: "Other artifacts" },
  { value: "any", label: "Everything" },
];

function Selectors({ draft, problems, counts, repositoryNames, update }: StepImagesProps) {
  const example = repositoryNames[0] ?? "acme/web";
  const repositories = {
    noun: "repository",
    kinds: ["glob", "regex"],
    placeholder: { glob: example, regex: `^${example}`, semver: "" },
    suggestions: repositoryNames,
  } as const;
  const tags = { noun: "tag", kinds: ["glob", "regex", "semver"] } as const;
  // Nothing without a tag is chosen by its name; saying so is better than fields that can never be right.
  const isUntagged =
    draft.state === "untagged" && draft.tags.include.length + draft.tags.exclude.length === 0 && !problems.tags;
  return (
    <>
      <div className="grid grid-cols-2 gap-x-8 gap-y-6 compact:grid-cols-1">
        <PatternList
          {...repositories}
          label="Repositories"
          patterns={draft.repositories.include}
          path="repositories.include"
          problems={problems}
          counts={counts}
          emptyText="Every repository of this space, later ones too."
          onChange={(include) => update({ repositories: { ...draft.repositories, include } })}
        />
        <PatternList
          {...repositories}
          label="Except repositories"
          patterns={draft.repositories.exclude}
          path="repositories.exclude"
          problems={problems}
          counts={counts}
          emptyText="No exception."
          onChange={(exclude) => update({ repositories: { ...draft.repositories, exclude } })}
        />
        {isUntagged ? null : (
          <>
            <PatternList
              {...tags}
              label="Tags"
              placeholder={{ glob: "pr-*", regex: "^v\\d+$", semver: ">=2.0.0 <3" }}
              patterns={draft.tags.include}
              path="tags.include"
              problems={problems}
              counts={counts}
              emptyText="Whatever the tag."
              onChange={(include) => update({ tags: { ...draft.tags, include } })}
            />
            <PatternList
              {...tags}
              label="Except tags"
              placeholder={{ glob: "latest", regex: "^release-", semver: "*" }}
              patterns={draft.tags.exclude}
              path="tags.exclude"
              problems={problems}
              counts={counts}
              emptyText="No exception."
              onChange={(exclude) => update({ tags: { ...draft.tags, exclude } })}
            />
          </>
        )}
      </div>
      {problems.tags ? (
        <p role="alert" className="-mt-4 font-medium text-danger text-sm first-letter:uppercase">
          {problems.tags}
        </p>
      ) : null}
      <p className="-mt-2 text-sm text-subtle">
        {isUntagged
          ? "An untagged image has no tag to choose by; repositories and conditions do."
          : draft.effect === "reclaim"
            ? "Of an image of which only some tags match, those tags go and the image stays. Tag patterns never decide on untagged images."
            : "Several patterns: one that matches is enough. Tag patterns never decide on untagged images."}
      </p>
    </>
  );
}
