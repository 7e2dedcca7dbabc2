"use client";

import { type FormEvent, useState } from "react";
import { toast } from "sonner";
import { IGNORED_PULLERS_MAX, type SpaceDto, updateSpaceBodySchema } from "@/contracts/spaces";
import type { Permission } from "@/domain/access/permissions";
import { WELL_KNOWN_IGNORED_PULLERS } from "@/domain/images/ignored-pullers";
import { count } from "../history/run-words";
import { GatedButton, missingPermissionText } from "../reclaim/gated-button";
import { Field } from "../ui/field";
import { problemOf } from "../ui/problem-of";
import { Textarea } from "../ui/textarea";
import { useUpdateSpace } from "./queries";

const EXAMPLES = "mirror-bot\n*@scanner.example\ncurl";

/** Whose pulls do not count as use of an image: one account or program a line. Says what is left out anyhow. */
export function IgnoredPullersForm({
  workspaceId,
  space,
  permissions,
}: {
  workspaceId: string;
  space: SpaceDto;
  permissions: readonly Permission[];
}) {
  const saved = space.ignoredPullers.join("\n");
  const [typed, setTyped] = useState(saved);
  const [wrong, setWrong] = useState<string>();
  const update = useUpdateSpace(workspaceId, space.id);
  const mayWrite = permissions.includes("spaces.write");
  const lines = typed.split("\n").filter((line) => line.trim() !== "");
  const isChanged = lines.map((line) => line.trim()).join("\n") !== saved;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const checked = updateSpaceBodySchema.safeParse({ ignoredPullers: lines });
    if (!checked.success) {
      const issue = checked.error.issues[0];
      const line = issue?.path[1];
      setWrong(typeof line === "number" ? `“${lines[line]?.slice(0, 40)}”: ${issue?.message}` : issue?.message);
      return;
    }
    update.mutate(checked.data, {
      onSuccess: ({ ignoredPullers }) =>
        toast.success(
          ignoredPullers.length === 0
            ? "Every pull counts now, but those of well-known scanners and mirrors"
            : `Pulls by ${count(ignoredPullers.length, "account or program", "accounts or programs")} do not count from now on`,
        ),
    });
  };

  return (
    <form onSubmit={submit} className="flex max-w-2xl flex-col gap-3">
      <Field
        label="Accounts and programs to leave out"
        aside={`${lines.length} of ${IGNORED_PULLERS_MAX}`}
        hint="One a line: an account's name or e-mail, or how a program's user agent begins. * stands for anything; upper and lower case are the same."
        error={wrong ?? problemOf(update.error)?.detail}
      >
        <Textarea
          rows={4}
          mono
          value={typed}
          readOnly={!mayWrite}
          placeholder={EXAMPLES}
          spellCheck={false}
          onChange={(event) => {
            setTyped(event.target.value);
            setWrong(undefined);
            update.reset();
          }}
        />
      </Field>
      <div>
        <GatedButton
          type="submit"
          loading={update.isPending}
          disabled={mayWrite && !isChanged}
          reason={mayWrite ? null : missingPermissionText("spaces.write")}
        >
          Save
        </GatedButton>
      </div>
      <details className="text-muted">
        <summary className="cursor-pointer text-sm">Left out anyhow</summary>
        <p className="mt-1 text-sm">
          What this console reads by itself, questions without a download (HEAD), and programs whose user agent begins
          with {WELL_KNOWN_IGNORED_PULLERS.join(", ")}.
        </p>
      </details>
    </form>
  );
}
