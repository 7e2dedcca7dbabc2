"use client";

import { useState } from "react";
import type { RunDto } from "@/contracts/history";
import type { Permission } from "@/domain/access/permissions";
import { GatedButton, missingPermissionText } from "../reclaim/gated-button";
import { Callout } from "../ui/callout";
import { ConfirmDialog } from "../ui/confirm-dialog";
import { RelativeTime } from "../ui/relative-time";
import { confirmationWords } from "./confirmation-words";
import { useConfirmRun } from "./queries";

/** A run that would take much of its space, or by a policy that nobody has seen: how much, until when it waits, and the button that lets it go on. */
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
  const words = confirmationWords(asked);
  return (
    <>
      <Callout tone="warning" live title={words.title}>
        {words.why} Nothing has moved yet. Look through the images below; each is looked at once more before it goes.
        Unconfirmed it is cancelled <RelativeTime at={asked.expiresAt} />.
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
        title={words.question}
        description={`${words.goes} What moves cannot be pulled from then on, and can be restored with all its tags until the bin purges it. What changed since the plan stays.`}
        cancelLabel="Not yet"
        confirmLabel={words.confirm}
        onConfirm={async () => {
          await confirm.mutateAsync(run.id);
        }}
      />
    </>
  );
}
