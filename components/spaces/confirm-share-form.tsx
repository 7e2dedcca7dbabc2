"use client";

import { type FormEvent, useState } from "react";
import { toast } from "sonner";
import { type SpaceDto, updateSpaceBodySchema } from "@/contracts/spaces";
import type { Permission } from "@/domain/access/permissions";
import { count } from "../history/run-words";
import { NumberSettingField, numberOf } from "./number-setting-field";
import { useUpdateSpace } from "./queries";

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
  const checked = schema.safeParse(numberOf(typed));
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
      <NumberSettingField
        label="Ask above"
        unit="%"
        unitWords="percent"
        typed={typed}
        checked={checked}
        onType={setTyped}
        update={update}
        mayWrite={mayWrite}
        isReady={isChanged}
      />
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
