"use client";

import { useState } from "react";
import type { RestoreCheckDto } from "@/contracts/recycle-bin";
import { count } from "../history/run-words";
import { Button } from "../ui/button";
import { Callout } from "../ui/callout";
import { Dialog } from "../ui/dialog";
import { Digest } from "../ui/digest";
import { Field, FieldGroup } from "../ui/field";
import { Input } from "../ui/input";
import { RadioGroup } from "../ui/radio-group";
import { Select } from "../ui/select";
import { Badge } from "../ui/status-pill";
import type { TagChoice } from "./queries";
import { possible } from "./restore-decisions";
import { conflictKey, type RestoreAnswer, type RestoreQuestion } from "./restore-question";

type Conflict = RestoreCheckDto["conflicts"][number];

const CHOICE_LABEL: Record<TagChoice, string> = {
  keep_current: "Keep the current image",
  take_back: "Take the tag back",
  restore_as: "Restore under another name",
};

/** Shows what a restore meets before it is started, has tags in conflict decided, and lets another repository be chosen. */
export function RestoreDialog({
  question,
  isBusy,
  onCancel,
  onCheckTarget,
  onStart,
}: {
  /** null = closed */
  question: RestoreQuestion | null;
  isBusy: boolean;
  onCancel: () => void;
  onCheckTarget: (targetRepository: string | undefined) => void;
  onStart: (answer: RestoreAnswer) => void;
}) {
  const images = question?.checks.reduce((sum, { check }) => sum + check.entryCount, 0) ?? 0;
  return (
    <Dialog
      open={question !== null}
      onOpenChange={(open) => (open ? undefined : onCancel())}
      title={`Restore ${count(images, "image")}`}
      description="Every image comes back under its own digest, with its tags, platforms, signatures and attachments."
      size="lg"
      footer={null}
    >
      {question ? (
        <RestoreForm
          key={question.targetRepository ?? ""}
          question={question}
          isBusy={isBusy}
          onCancel={onCancel}
          onCheckTarget={onCheckTarget}
          onStart={onStart}
        />
      ) : null}
    </Dialog>
  );
}

function RestoreForm({
  question,
  isBusy,
  onCancel,
  onCheckTarget,
  onStart,
}: Omit<Parameters<typeof RestoreDialog>[0], "question"> & { question: RestoreQuestion }) {
  const { checks, mayChooseTarget } = question;
  const conflicts = checks.flatMap(({ check }) => check.conflicts);
  const [target, setTarget] = useState(question.targetRepository ?? "");
  const [forAll, setForAll] = useState<TagChoice>("keep_current");
  const [decisions, setDecisions] = useState<ReadonlyMap<string, TagChoice>>(new Map());
  const isTargetChecked = target.trim() === (question.targetRepository ?? "");
  const example = conflicts.find((conflict) => conflict.restoreAs !== null)?.restoreAs;
  return (
    <div className="flex flex-col gap-5">
      {mayChooseTarget ? (
        <Field
          label="Repository"
          aside="optional"
          hint="Empty: each image goes back to where it was. Or write a repository of this space, there already or new."
          error={question.targetProblem}
        >
          <span className="flex gap-2">
            <Input
              mono
              value={target}
              placeholder="where it was"
              onChange={(event) => setTarget(event.target.value)}
              className="flex-1"
            />
            <Button
              onClick={() => onCheckTarget(target.trim() || undefined)}
              loading={isBusy && !isTargetChecked}
              disabled={isTargetChecked}
            >
              Check
            </Button>
          </span>
        </Field>
      ) : null}
      <Notes checks={checks.map(({ check }) => check)} />
      {conflicts.length > 0 ? (
        <>
          <FieldGroup
            label={
              conflicts.length === 1
                ? "A tag names another image by now"
                : `${conflicts.length.toLocaleString("en-US")} tags name another image by now`
            }
          >
            <RadioGroup
              label="What should happen to tags that name another image"
              value={forAll}
              onValueChange={(next) => {
                setForAll(next);
                setDecisions(new Map());
              }}
              options={[
                {
                  value: "keep_current",
                  label: CHOICE_LABEL.keep_current,
                  hint: "The restored image comes back by its digest and its other tags.",
                },
                {
                  value: "take_back",
                  label: CHOICE_LABEL.take_back,
                  hint: "An image that has no other tag goes to the recycle bin first, whole; one with others only loses this one.",
                },
                {
                  value: "restore_as",
                  label: CHOICE_LABEL.restore_as,
                  hint: `For instance ${example ?? "v1-restored-20260101"}. The current tag is not touched.`,
                },
              ]}
            />
          </FieldGroup>
          <ul
            aria-label="Tags in conflict"
            className="max-h-72 divide-y divide-rule overflow-y-auto border-rule border-y"
          >
            {conflicts.map((conflict) => (
              <ConflictRow
                key={conflictKey(conflict)}
                conflict={conflict}
                choice={decisions.get(conflictKey(conflict)) ?? possible(conflict, forAll)}
                onChoose={(choice) => setDecisions(new Map(decisions).set(conflictKey(conflict), choice))}
              />
            ))}
          </ul>
          {checks.some(({ check }) => check.isConflictsCapped) ? (
            <p className="text-sm text-subtle">There are more; the choice above holds for all that are not shown.</p>
          ) : null}
        </>
      ) : null}
      <div className="flex justify-end gap-2">
        <Button onClick={onCancel}>Cancel</Button>
        <Button
          variant="primary"
          loading={isBusy && isTargetChecked}
          disabled={!isTargetChecked || question.targetProblem !== undefined}
          onClick={() => onStart({ onTagConflict: forAll, decisions })}
        >
          Restore
        </Button>
      </div>
    </div>
  );
}

function ConflictRow({
  conflict,
  choice,
  onChoose,
}: {
  conflict: Conflict;
  choice: TagChoice;
  onChoose: (choice: TagChoice) => void;
}) {
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1.5 py-2">
      <div className="min-w-0 flex-1 basis-64">
        <p className="flex flex-wrap items-center gap-x-2">
          <span className="[overflow-wrap:anywhere]">{conflict.repositoryName}</span>
          <Badge mono>{conflict.tag}</Badge>
        </p>
        <p className="text-muted text-sm">
          <ConflictText conflict={conflict} choice={choice} />
        </p>
      </div>
      <Select
        label={`What should happen to ${conflict.repositoryName}:${conflict.tag}`}
        size="sm"
        value={choice}
        onValueChange={onChoose}
        options={conflict.choices.map((value) => ({ value, label: CHOICE_LABEL[value] }))}
        className="w-56"
      />
    </li>
  );
}

function ConflictText({ conflict, choice }: { conflict: Conflict; choice: TagChoice }) {
  const current = <Digest value={conflict.currentDigest} copy={false} />;
  if (choice === "take_back") {
    return conflict.isLastTag ? (
      <>{current} has no other tag: it goes to the recycle bin first.</>
    ) : (
      <>{current} keeps its other tags.</>
    );
  }
  if (choice === "restore_as") return <>Comes back as {conflict.restoreAs}.</>;
  if (conflict.kind === "tag_wanted_twice") return <>{current}, restored too and recycled later, gets it.</>;
  if (conflict.kind === "tag_pinned") return <>{current} has it, and is pinned.</>;
  return (
    <>
      {current} has it now; in the bin it was <Digest value={conflict.recordedDigest} copy={false} />.
    </>
  );
}

/** What else is to be known before. */
function Notes({ checks }: { checks: readonly RestoreCheckDto[] }) {
  const all = <T,>(part: (check: RestoreCheckDto) => readonly T[]) => checks.flatMap(part);
  const damaged = all((check) => check.damagedIds).length;
  const there = all((check) => check.alreadyThereIds).length;
  const made = all((check) => check.newRepositories);
  const rules = all((check) => check.exemptedRules);
  const quota = checks.find((check) => check.tagQuota.isExceeded)?.tagQuota;
  const lines = [
    there > 0
      ? `${count(there, "image")} ${there === 1 ? "is" : "are"} in the repository already: only missing tags are set.`
      : "",
    made.length === 1
      ? `The repository ${made[0]?.repositoryName} is made ${checks.length === 1 ? "" : "again "}for ${count(made[0]?.entryCount ?? 0, "image")}.`
      : made.length > 1
        ? `${made.length.toLocaleString("en-US")} repositories that are gone are made again.`
        : "",
    rules.length > 0
      ? `${listed(rules.map((rule) => `“${rule.ruleName}”`))} will leave what is restored alone until ${rules.length === 1 ? "it is" : "they are"} changed.`
      : "",
    checks.some((check) => check.isFromInventory)
      ? "There are too many tags to ask the registry for each: conflicts are those of the last reading."
      : "",
  ].filter((line) => line !== "");
  return (
    <>
      {damaged > 0 ? (
        <Callout tone="danger" title={`${count(damaged, "image")} cannot be restored whole`}>
          Parts of {damaged === 1 ? "it" : "them"} are missing from the registry.{" "}
          {damaged === 1 ? "It stays" : "They stay"} in the bin; the others are restored.
        </Callout>
      ) : null}
      {quota ? (
        <Callout tone="warning" title="More tags than the quota of the workspace">
          {quota.count.toLocaleString("en-US")} of {quota.quota.toLocaleString("en-US")} tags are in use, and{" "}
          {quota.added.toLocaleString("en-US")} come back. They are restored all the same, and a lifecycle policy may
          clear tags then.
        </Callout>
      ) : null}
      {lines.length > 0 ? (
        <ul className="flex list-disc flex-col gap-1 pl-5 text-muted">
          {lines.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      ) : null}
    </>
  );
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(", ");
  return names.length > 3 ? `${shown} and ${names.length - 3} more rules` : shown;
}
