"use client";

import { useState } from "react";
import type { RunDto } from "@/contracts/history";
import type { Permission } from "@/domain/access/permissions";
import { formatBytes } from "@/lib/bytes";
import { GatedButton, missingPermissionText } from "../reclaim/gated-button";
import { Callout } from "../ui/callout";
import { ConfirmDialog } from "../ui/confirm-dialog";
import { RelativeTime } from "../ui/relative-time";
import { useConfirmRun } from "./queries";
import { count, group } from "./run-words";

/** A run that would take much of its space: how much, until when it waits, and the button that lets it go on. */
export function RunConfirmation({
  workspaceId,
  run,
  permissions,
}: {
  workspaceId: string;
  run: RunDto;
  permissions: readonly Permission[];
}) {
  const [isAsking, setIsAsking] = useState(false);
  const confirm = useConfirmRun(workspaceId);
  const asked = run.confirmation;
  if (run.status !== "awaiting_confirmation" || !asked) return null;
  const { images, imagesTotal, limitPercent, logicalBytes } = asked;
  const share = shareText(asked.sharePercent);
  return (
    <>
      <Callout
        tone="warning"
        live
        title={`This run would take ${share} of the space: ${group(images)} of ${count(imagesTotal, "image")}, ${formatBytes(logicalBytes)}`}
      >
        More than {limitPercent} % waits for somebody to say that it is meant. Nothing has moved yet. Look through the
        images below; each is looked at once more before it goes. Unconfirmed it is cancelled{" "}
        <RelativeTime at={asked.expiresAt} />.
        <span className="block pt-2.5">
          <GatedButton
            variant="primary"
            reason={permissions.includes("reclaim.run") ? null : missingPermissionText("reclaim.run")}
            onClick={() => setIsAsking(true)}
          >
            Confirm…
          </GatedButton>
        </span>
      </Callout>
      <ConfirmDialog
        open={isAsking}
        onOpenChange={setIsAsking}
        title={`Move ${share} of this space to the recycle bin?`}
        description={`Up to ${count(images, "image")} of ${group(imagesTotal)} (${formatBytes(logicalBytes)}) will move. They cannot be pulled from then on, and can be restored with all their tags until the bin purges them. What changed since the plan stays.`}
        cancelLabel="Not yet"
        confirmLabel={`Move ${count(images, "image")}`}
        onConfirm={async () => {
          await confirm.mutateAsync(run.id);
        }}
      />
    </>
  );
}

function shareText(percent: number): string {
  return `${percent < 10 ? Math.round(percent * 10) / 10 : Math.round(percent)} %`;
}
