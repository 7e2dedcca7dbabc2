"use client";

import { isRunOver, runKindLabel, runStatusLook } from "../history/run-words";
import { useRunStream } from "../history/use-run-stream";
import { RunNote } from "../recycle-bin/followed-run";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";

/** What was started in a dialog, followed in its place; it goes on when this is closed. `title`: what it does, while it does it. */
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
  const { run } = useRunStream(workspaceId, runId);
  const isOver = run !== undefined && isRunOver(run);
  return (
    <Dialog
      open
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose();
      }}
      size="sm"
      title={isOver ? `${runKindLabel(run)}: ${runStatusLook(run.status).label.toLowerCase()}` : title}
      description={
        isOver
          ? "The run is over; each image was looked at once more right before its move."
          : "It goes on when this is closed. Each image is looked at once more right before its move."
      }
      footer={
        <Button variant="primary" onClick={onClose}>
          Close
        </Button>
      }
    >
      {run ? <RunNote workspaceId={workspaceId} workspaceSlug={workspaceSlug} spaceId={spaceId} run={run} /> : null}
    </Dialog>
  );
}
