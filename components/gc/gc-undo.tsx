"use client";

import { useState } from "react";
import { toast } from "sonner";
import type { RunDto } from "@/contracts/history";
import type { Permission } from "@/domain/access/permissions";
import { formatBytes } from "@/lib/bytes";
import { formatDateTime } from "@/lib/dates";
import { count } from "../history/run-words";
import { GatedButton, missingPermissionText } from "../reclaim/gated-button";
import { Callout } from "../ui/callout";
import { ConfirmDialog } from "../ui/confirm-dialog";
import { RelativeTime } from "../ui/relative-time";
import { useNow } from "../ui/use-now";
import { useUndoGc } from "./queries";

/** What a collection took and still keeps, until when, and the way to have it back. Nothing where it is gone for good, or was put back. */
export function GcUndo({
  workspaceId,
  run,
  permissions,
  className,
}: {
  workspaceId: string;
  run: RunDto;
  permissions: readonly Permission[];
  className?: string;
}) {
  const [isAsking, setIsAsking] = useState(false);
  const undo = useUndoGc(workspaceId);
  const now = useNow(1000);
  const { undoUntil, quarantinedBlobs = 0, quarantinedBytes = 0 } = run.totals;
  if (undoUntil === undefined || (now !== undefined && Date.parse(undoUntil) <= now)) return null;
  const kept = `${count(quarantinedBlobs, "blob")}, ${formatBytes(quarantinedBytes)}`;
  const reason = permissions.includes("gc.run")
    ? undo.isSuccess
      ? "It is being put back."
      : null
    : missingPermissionText("gc.run");
  return (
    <>
      <Callout
        tone="info"
        className={className ?? ""}
        title="What this collection took can still be put back"
        action={
          <GatedButton reason={reason} onClick={() => setIsAsking(true)}>
            {undo.isSuccess ? "Being put back…" : "Undo"}
          </GatedButton>
        }
      >
        {kept}, kept until {formatDateTime(undoUntil)} (<RelativeTime at={undoUntil} />
        ). Then they are deleted for good, and their space is free.
      </Callout>
      <ConfirmDialog
        open={isAsking}
        onOpenChange={setIsAsking}
        tone="primary"
        title="Put back what this collection took?"
        description={`${kept}, and the untagged manifests that it removed, go back to where they were. Nothing is freed then.`}
        confirmLabel="Put back"
        onConfirm={async () => {
          await undo.mutateAsync(run.id);
          toast.success("It is being put back");
        }}
      />
    </>
  );
}
