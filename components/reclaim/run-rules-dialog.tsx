"use client";

import Link from "next/link";
import { formatBytes } from "@/lib/bytes";
import { useLeftOutCount } from "../history/queries";
import { RunProgress } from "../history/run-progress";
import { RunTotals } from "../history/run-totals";
import { count, isRunOver, runNumbers } from "../history/run-words";
import { spacePath } from "../history/space-path";
import { useRunStream } from "../history/use-run-stream";
import { Button } from "../ui/button";
import { Callout } from "../ui/callout";
import { Dialog } from "../ui/dialog";
import { problemOf } from "../ui/problem-of";
import { ShareNote } from "./share-note";

/** What is asked to run: rules by id with a title, and the dry run that says in numbers what they would do. */
export type RunAsked = { ruleIds: string[]; title: string; previewRunId: string | null };

export type RunRulesDialogProps = {
  workspaceId: string;
  workspaceSlug: string;
  spaceId: string;
  /** null = closed */
  asked: RunAsked | null;
  previewError: unknown;
  startError: unknown;
  isStarting: boolean;
  onClose: () => void;
  onRun: (ruleIds: string[]) => void;
};

/** Before rules run: a preview is made of them first, so that the question can be asked in numbers. */
export function RunRulesDialog(props: RunRulesDialogProps) {
  const { asked, onClose } = props;
  const { run } = useRunStream(props.workspaceId, asked?.previewRunId ?? "");
  const problem = problemOf(props.startError) ?? problemOf(props.previewError);
  const isKnown = run !== undefined && isRunOver(run);
  const leftOut = useLeftOutCount(props.workspaceId, run);
  const goes = (run ? (runNumbers(run).itemsTotal ?? 0) : 0) - (leftOut ?? 0);
  const canRun = isKnown && leftOut !== undefined && run.status === "succeeded" && goes > 0;
  return (
    <Dialog
      open={asked !== null}
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={asked?.title ?? ""}
      description="Matching images move to the recycle bin. They cannot be pulled from then on, and can be restored with all their tags until the bin purges them."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="primary"
            disabled={!canRun}
            loading={props.isStarting}
            onClick={() => (asked ? props.onRun(asked.ruleIds) : undefined)}
          >
            {canRun ? `Move ${count(goes, "image")}` : "Run now"}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4" aria-live="polite">
        {run && !isKnown ? <RunProgress run={run} /> : null}
        {!run && !problem ? <p className="text-muted">Looking at every image…</p> : null}
        {isKnown ? <Answer {...props} run={run} goes={goes} /> : null}
        {problem ? (
          <Callout tone="danger" title={problem.title} live>
            {problem.detail}
          </Callout>
        ) : null}
      </div>
    </Dialog>
  );
}

function Answer({
  run,
  goes,
  ...place
}: RunRulesDialogProps & { run: NonNullable<ReturnType<typeof useRunStream>["run"]>; goes: number }) {
  const { tagsTotal = 0, logicalBytes = 0 } = runNumbers(run);
  if (run.status !== "succeeded") {
    return (
      <Callout tone="danger" title="The preview did not finish, so there are no numbers to confirm">
        {run.error?.message ?? "Close this and try again."}
      </Callout>
    );
  }
  if (goes === 0)
    return (
      <Callout tone="positive" title="Nothing matches now">
        There is nothing to move. Every image stays where it is.
      </Callout>
    );
  return (
    <>
      <p>
        About{" "}
        <strong className="font-semibold">
          {count(goes, "image")} with {count(tagsTotal, "tag")}
        </strong>{" "}
        ({formatBytes(logicalBytes)}) will move. Each one is looked at once more right before its move; what changed
        meanwhile stays.
      </p>
      <RunTotals workspaceId={place.workspaceId} run={run} />
      <ShareNote workspaceId={place.workspaceId} spaceId={place.spaceId} preview={run} />
      <p>
        <Link
          className="font-medium text-accent underline-offset-2 hover:underline"
          href={spacePath(place.workspaceSlug, place.spaceId, "runs", run.id)}
        >
          See the verdict on every image
        </Link>
      </p>
    </>
  );
}
