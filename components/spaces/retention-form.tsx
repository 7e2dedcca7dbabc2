"use client";

import { type FormEvent, useState } from "react";
import { toast } from "sonner";
import { type SpaceDto, updateSpaceBodySchema } from "@/contracts/spaces";
import type { Permission } from "@/domain/access/permissions";
import { formatBytes } from "@/lib/bytes";
import { count } from "../history/run-words";
import { ConfirmDialog } from "../ui/confirm-dialog";
import { NumberSettingField, numberOf } from "./number-setting-field";
import { type RetentionPreview, useRetentionPreview, useUpdateSpace } from "./queries";

const schema = updateSpaceBodySchema.shape.binRetentionDays.unwrap();

/** How many days the bin keeps an entry. Says beforehand what the change does to what is in the bin already. */
export function RetentionForm({
  workspaceId,
  space,
  permissions,
}: {
  workspaceId: string;
  space: SpaceDto;
  permissions: readonly Permission[];
}) {
  const [typed, setTyped] = useState(String(space.binRetentionDays));
  const [isAsking, setIsAsking] = useState(false);
  const update = useUpdateSpace(workspaceId, space.id);
  const mayWrite = permissions.includes("spaces.write");
  const checked = schema.safeParse(numberOf(typed));
  const days = checked.success ? checked.data : undefined;
  const isChanged = days !== undefined && days !== space.binRetentionDays;
  const preview = useRetentionPreview(workspaceId, space.id, isChanged ? days : undefined);
  const effect = isChanged ? preview.data : undefined;

  const save = async () => {
    if (days === undefined) return;
    const saved = await update.mutateAsync({ binRetentionDays: days });
    toast.success(`The recycle bin keeps entries for ${count(saved.binRetentionDays, "day")} now`);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isChanged || effect === undefined) return;
    // Only what can no longer be taken back is asked about: entries whose time would be up at once.
    if (effect.dueAtOnce.entryCount > 0) setIsAsking(true);
    else void save().catch(() => undefined);
  };

  return (
    <form onSubmit={submit} className="flex max-w-2xl flex-col gap-3">
      <NumberSettingField
        label="Keep entries for"
        unit="days"
        unitWords="days"
        typed={typed}
        checked={checked}
        onType={setTyped}
        update={update}
        mayWrite={mayWrite}
        isReady={isChanged && effect !== undefined}
      />
      <p aria-live="polite" className="text-muted">
        {isChanged
          ? effect === undefined
            ? "Reading what is in the bin…"
            : effectText(effect, days, space)
          : `From 1 to 365 days, counted from when an image was recycled. ${contentText(space)}`}
      </p>
      <ConfirmDialog
        open={isAsking}
        onOpenChange={setIsAsking}
        title={`Keep entries for only ${count(days ?? 0, "day")}?`}
        description={`The time of ${count(effect?.dueAtOnce.entryCount ?? 0, "image")} (${formatBytes(effect?.dueAtOnce.logicalBytes ?? 0)}) in the bin is up at once. They are purged for good as soon as the worker comes round, and cannot be restored then.`}
        confirmLabel="Shorten"
        onConfirm={save}
      />
    </form>
  );
}

function contentText(space: SpaceDto): string {
  if (space.binEntryCount === 0) return "The bin is empty now.";
  return `The bin holds ${count(space.binEntryCount, "image")} now; ${formatBytes(space.binBytes)} are kept by it alone.`;
}

function effectText(effect: RetentionPreview, days: number, space: SpaceDto): string {
  const images = count(effect.entryCount, "image");
  if (effect.entryCount === 0) return "The bin is empty: only what comes into it from now on is affected.";
  if (days > space.binRetentionDays) {
    return `All ${images} in the bin get the new time too, counted from when each was recycled: ${count(days - space.binRetentionDays, "day")} more.`;
  }
  if (effect.dueAtOnce.entryCount === 0) {
    return `All ${images} in the bin get the new time too, counted from when each was recycled. None of them is due at once.`;
  }
  return `All ${images} in the bin get the new time too, counted from when each was recycled. For ${effect.dueAtOnce.entryCount.toLocaleString("en-US")} of them (${formatBytes(effect.dueAtOnce.logicalBytes)}) it is up at once: they will be purged for good.`;
}
