"use client";

import { group } from "../history/run-words";
import { Field, FieldGroup } from "../ui/field";
import { Input } from "../ui/input";
import type { KeepDraft, ReadKeep } from "./keep-draft";

/** What a policy reserves: the two fields that the window of a workspace, a space and a repository share. */
export function KeepFields({
  draft,
  problems,
  quota,
  isReadOnly,
  onChange,
}: {
  draft: KeepDraft;
  problems: ReadKeep["problems"];
  quota: number;
  isReadOnly: boolean;
  onChange: (draft: KeepDraft) => void;
}) {
  return (
    <FieldGroup
      label="What is reserved"
      hint="Fill in one or both. A tag stays if either reserves it; an empty field does not count."
    >
      <div className="grid grid-cols-2 gap-4 narrow:grid-cols-1">
        <Field
          label="Reserve the latest N image tags"
          hint={`By push time, in each repository. N is at most the quota: ${group(quota)}.`}
          error={problems.keepLatestTags}
        >
          <Input
            inputMode="numeric"
            autoComplete="off"
            value={draft.keepLatestTags}
            readOnly={isReadOnly}
            suffix="tags"
            onChange={(event) => onChange({ ...draft, keepLatestTags: event.target.value })}
          />
        </Field>
        <Field
          label="Reserve image tags in the last D days"
          hint="Counted from the push of the tag, each day 24 hours."
          error={problems.keepDays}
        >
          <Input
            inputMode="numeric"
            autoComplete="off"
            value={draft.keepDays}
            readOnly={isReadOnly}
            suffix="days"
            onChange={(event) => onChange({ ...draft, keepDays: event.target.value })}
          />
        </Field>
      </div>
    </FieldGroup>
  );
}
