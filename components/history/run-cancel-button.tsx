"use client";

import { useState } from "react";
import type { RunDto } from "@/contracts/history";
import type { Permission } from "@/domain/access/permissions";
import { formatBytes } from "@/lib/bytes";
import { GatedButton, missingPermissionText } from "../reclaim/gated-button";
import { ConfirmDialog } from "../ui/confirm-dialog";
import { useCancelRun } from "./queries";
import { count } from "./run-words";

const LABEL = {
  reclaim: "Cancel run",
  restore: "Cancel restore",
  purge: "Cancel purge",
  gc: "Cancel Garbage Collection",
} as const;

/** Asks a run to stop, after saying what stays done. While it is stopping the button stays, closed. */
export function RunCancelButton({
  workspaceId,
  run,
  permissions,
}: {
  workspaceId: string;
  run: RunDto;
  permissions: readonly Permission[];
}) {
  const [isAsking, setIsAsking] = useState(false);
  const cancel = useCancelRun(workspaceId);
  const label = run.kind === "reclaim" && run.isDryRun ? "Cancel preview" : LABEL[run.kind];
  const reason = !permissions.includes("runs.cancel")
    ? missingPermissionText("runs.cancel")
    : run.status === "cancelling"
      ? `${run.cancelRequestedBy ?? "Somebody"} has asked it to stop.`
      : null;
  return (
    <>
      <GatedButton reason={reason} onClick={() => setIsAsking(true)}>
        {run.status === "cancelling" ? "Cancelling…" : label}
      </GatedButton>
      <ConfirmDialog
        open={isAsking}
        onOpenChange={setIsAsking}
        title={`${label}?`}
        description={consequence(run)}
        confirmLabel={label}
        cancelLabel="Keep running"
        onConfirm={async () => {
          await cancel.mutateAsync(run.id);
        }}
      />
    </>
  );
}

function consequence(run: RunDto): string {
  const done = run.progress.itemsDone ?? 0;
  switch (run.kind) {
    case "reclaim":
      if (run.isDryRun) return "A preview moves nothing; the verdicts that are there so far stay.";
      if (run.status === "awaiting_confirmation") return "Nothing has moved. The plan stays to be looked at.";
      return `So far ${count(done, "image")} moved. What was moved stays in the recycle bin and can be restored from there; the rest is not touched.`;
    case "restore":
      return `So far ${count(done, "image")} restored. They stay restored; the rest stays in the recycle bin.`;
    case "purge":
      return `So far ${count(done, "image")} purged. They are gone for good; the rest stays in the recycle bin.`;
    case "gc": {
      if (run.isDryRun) return "A dry run deletes nothing; what it found so far stays in its report.";
      const { deletedBlobs = 0, freedBytes = 0 } = run.progress;
      return `So far ${count(deletedBlobs, "blob")} deleted, ${formatBytes(freedBytes)} freed. What was deleted stays deleted; the rest stays until the next collection. The registry accepts pushes again right after.`;
    }
  }
}
