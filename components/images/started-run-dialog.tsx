"use client";

import { FollowedRun } from "../recycle-bin/followed-run";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";

/** What was started in a dialog, followed in its place; it goes on when this is closed. */
export function StartedRunDialog({
  workspaceId,
  workspaceSlug,
  spaceId,
  runId,
  title,
  onClose,
}: {
  workspaceId: string;
  workspaceSlug: string;
  spaceId: string;
  runId: string;
  title: string;
  onClose: () => void;
}) {
  return (
    <Dialog
      open
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose();
      }}
      size="sm"
      title={title}
      description="It goes on when this is closed. Each image is looked at once more right before its move."
      footer={
        <Button variant="primary" onClick={onClose}>
          Close
        </Button>
      }
    >
      <FollowedRun workspaceId={workspaceId} workspaceSlug={workspaceSlug} spaceId={spaceId} runId={runId} />
    </Dialog>
  );
}
