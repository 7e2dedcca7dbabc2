"use client";

import { type FormEvent, useId, useState } from "react";
import type { RuleImportDto } from "@/contracts/rule-import";
import type { RuleDto } from "@/contracts/rules";
import { count } from "../history/run-words";
import { Button } from "../ui/button";
import { Callout } from "../ui/callout";
import { Dialog } from "../ui/dialog";
import { Field } from "../ui/field";
import { problemOf } from "../ui/problem-of";
import { Textarea } from "../ui/textarea";
import { ImportResult } from "./import-result";
import { useCreateRules, useImportRules } from "./queries";

export type ImportDialogProps = {
  workspaceId: string;
  spaceId: string;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  onCreated: (rules: readonly RuleDto[]) => void;
};

/** A Harbor retention policy becomes rules of this space: pasted or read from a file, looked at, and created all together or not at all. */
export function ImportDialog(props: ImportDialogProps) {
  // Mounted only while open, so that it starts empty.
  return props.open ? <OpenDialog {...props} /> : null;
}

function OpenDialog({ workspaceId, spaceId, onOpenChange, onCreated }: ImportDialogProps) {
  const formId = useId();
  const fileId = useId();
  const [text, setText] = useState("");
  const translate = useImportRules(workspaceId, spaceId);
  const create = useCreateRules(workspaceId, spaceId);
  const result = translate.data;
  const problem = problemOf(translate.error) ?? problemOf(create.error);
  const forget = () => {
    translate.reset();
    create.reset();
  };
  const isReadable = result !== undefined && result.problems.length === 0;
  const whyNot = isReadable ? whyNotCreate(result) : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isReadable) return translate.mutate(text);
    if (whyNot !== null) return;
    create.mutate(
      result.rules.map(({ name, definition, isEnabled }) => ({ name, definition, isEnabled })),
      {
        onSuccess: ({ items }) => {
          onOpenChange(false);
          onCreated(items);
        },
      },
    );
  };
  return (
    <Dialog
      open
      onOpenChange={onOpenChange}
      title="Import a Harbor retention policy"
      description="Harbor keeps what matches and deletes everything else without saying so. Here that becomes a rule of its own, which you see before anything is created."
      size="lg"
      footer={
        <>
          {isReadable ? (
            <>
              <Button onClick={forget}>Back to the policy</Button>
              <span className="flex-1" />
            </>
          ) : null}
          <Button onClick={() => onOpenChange(false)}>Cancel</Button>
          {isReadable ? (
            <Button type="submit" form={formId} variant="primary" loading={create.isPending} disabled={whyNot !== null}>
              Create {count(result.rules.length, "rule")}
            </Button>
          ) : (
            <Button
              type="submit"
              form={formId}
              variant="primary"
              loading={translate.isPending}
              disabled={text.trim() === ""}
            >
              Show what it becomes
            </Button>
          )}
        </>
      }
    >
      <form id={formId} className="flex flex-col gap-4" onSubmit={submit}>
        {problem ? (
          <Callout tone="danger" title={problem.title} live>
            {problem.detail}
          </Callout>
        ) : null}
        {whyNot ? (
          <Callout tone="warning" title="These rules cannot be created now">
            {whyNot}
          </Callout>
        ) : null}
        {isReadable ? (
          <ImportResult result={result} />
        ) : (
          <>
            <Field
              label="The policy, as JSON"
              hint="As Harbor answers GET /api/v2.0/retentions/{id}; the id stands in the project's metadata as retention_id."
              error={result ? "this is not a Harbor retention policy" : undefined}
              required
            >
              <Textarea
                mono
                rows={12}
                value={text}
                onChange={(event) => {
                  setText(event.target.value);
                  forget();
                }}
                placeholder={'{ "algorithm": "or", "rules": [ … ], "trigger": { … } }'}
                spellCheck={false}
              />
            </Field>
            {result ? <Problems problems={result.problems} /> : null}
            <div className="flex flex-wrap items-center gap-3">
              <label htmlFor={fileId} className="text-muted">
                Or from a file
              </label>
              <input
                id={fileId}
                type="file"
                accept=".json,application/json"
                className="max-w-full text-muted file:mr-3 file:h-8 file:rounded-md file:border file:border-control file:bg-surface file:px-3 file:font-medium file:text-ink"
                onChange={async (event) => {
                  const file = event.target.files?.[0];
                  if (!file) return;
                  setText(await file.text());
                  forget();
                }}
              />
            </div>
          </>
        )}
      </form>
    </Dialog>
  );
}

function whyNotCreate({ rules, free }: RuleImportDto): string | null {
  if (rules.length === 0) return "No enabled rule of this policy does anything, so there is nothing to create.";
  if (rules.length <= free) return null;
  return `They are ${rules.length}, and this space can take ${free} more of its 15. Delete some of its rules first; a part of a policy would delete what the whole keeps.`;
}

function Problems({ problems }: Pick<RuleImportDto, "problems">) {
  return (
    <ul aria-label="What is wrong with it" className="flex flex-col gap-1">
      {problems.map(({ path, message }) => (
        <li key={`${path} ${message}`} className="text-danger text-sm">
          {path ? <code>{path}</code> : null} {message}
        </li>
      ))}
    </ul>
  );
}
