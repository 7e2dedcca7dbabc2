"use client";

import { type FormEvent, useState } from "react";
import { toast } from "sonner";
import { type SpaceDto, updateSpaceBodySchema } from "@/contracts/spaces";
import type { Permission } from "@/domain/access/permissions";
import { count } from "../history/run-words";
import { useUpdateSpace } from "../spaces/queries";
import { Field } from "../ui/field";
import { Input } from "../ui/input";
import { problemOf } from "../ui/problem-of";
import { GatedButton, missingPermissionText } from "./gated-button";

const schema = updateSpaceBodySchema.shape.confirmSharePercent.unwrap();

/** The fuse of a space: a run by rules that would take more of its images than this waits until somebody confirms it. */
export function ConfirmShareForm({
  workspaceId,
  space,
  permissions,
}: {
  workspaceId: string;
  space: SpaceDto;
  permissions: readonly Permission[];
}) {
  const [typed, setTyped] = useState(String(space.confirmSharePercent));
  const update = useUpdateSpace(workspaceId, space.id);
  const mayWrite = permissions.includes("spaces.write");
  const wanted = typed.trim() === "" ? Number.NaN : Number(typed);
  const checked = schema.safeParse(wanted);
  const percent = checked.success ? checked.data : undefined;
  const isChanged = percent !== undefined && percent !== space.confirmSharePercent;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isChanged) return;
    update.mutate(
      { confirmSharePercent: percent },
      { onSuccess: () => toast.success("The new share counts from now on") },
    );
  };
  return (
    <form onSubmit={submit} className="flex max-w-2xl flex-col gap-3">
      <div className="flex items-start gap-2">
        <Field
          label="Ask above"
          className="w-40"
          error={
            checked.success
              ? problemOf(update.error)?.detail
              : (Number.isInteger(wanted) && checked.error.issues[0]?.message) || "Write a whole number of percent"
          }
        >
          <Input
            inputMode="numeric"
            value={typed}
            readOnly={!mayWrite}
            suffix="%"
            onChange={(event) => {
              setTyped(event.target.value);
              update.reset();
            }}
          />
        </Field>
        <GatedButton
          type="submit"
          className="mt-[26px]"
          loading={update.isPending}
          disabled={mayWrite && !isChanged}
          reason={mayWrite ? null : missingPermissionText("spaces.write")}
        >
          Save
        </GatedButton>
      </div>
      <p aria-live="polite" className="text-muted">
        {shareText(percent ?? space.confirmSharePercent, space.imageCount)}
      </p>
    </form>
  );
}

function shareText(percent: number, images: number): string {
  if (percent >= 100) return "No run waits, however much it would take.";
  const most = Math.floor((images * percent) / 100);
  return `Of the ${count(images, "image")} here now, a run may take ${most.toLocaleString("en-US")} without being asked about.`;
}
