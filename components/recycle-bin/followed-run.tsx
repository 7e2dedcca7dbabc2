"use client";

import { X } from "lucide-react";
import Link from "next/link";
import type { RunDto } from "@/contracts/history";
import { RunProgress } from "../history/run-progress";
import { count, handRunOf, isRunOver, runNumbers, runOutcomeText, runStatusLook } from "../history/run-words";
import { spacePath } from "../history/space-path";
import { useRunStream } from "../history/use-run-stream";
import { Callout, type CalloutTone } from "../ui/callout";
import { IconButton } from "../ui/icon-button";

/** A run that was started here, followed in place until it is done; where it can be put away, it stays until it is. */
export function FollowedRun({
  workspaceId,
  workspaceSlug,
  spaceId,
  runId,
  onDismiss,
}: {
  workspaceId: string;
  workspaceSlug: string;
  spaceId: string;
  runId: string;
  onDismiss?: () => void;
}) {
  const { run } = useRunStream(workspaceId, runId);
  if (!run) return null;
  const link = (
    <Link
      className="font-medium text-accent underline-offset-2 hover:underline"
      href={spacePath(workspaceSlug, spaceId, "runs", run.id)}
    >
      Details
    </Link>
  );
  if (!isRunOver(run)) {
    return (
      <div className="flex items-end gap-4 rounded-md border border-rule bg-surface px-3 py-2.5">
        <div className="min-w-0 flex-1">
          <RunProgress run={run} />
        </div>
        {link}
      </div>
    );
  }
  const { itemsFailed = 0 } = runNumbers(run);
  const look = runStatusLook(run.status).tone;
  const tone: CalloutTone =
    look === "danger" || itemsFailed > 0 ? "danger" : look === "warning" ? "warning" : "positive";
  return (
    <Callout
      live
      tone={tone}
      title={`${capitalized(runOutcomeText(run))}.`}
      action={
        <span className="flex items-center gap-2">
          {link}
          {onDismiss ? <IconButton label="Put this note away" icon={<X />} onClick={onDismiss} /> : null}
        </span>
      }
    >
      {noteOf(run)}
    </Callout>
  );
}

function noteOf(run: RunDto): string | null {
  const { itemsDone = 0, itemsFailed = 0, itemsSkipped = 0, itemsKept = 0 } = runNumbers(run);
  if (run.error) return run.error.message;
  if (handRunOf(run) !== null) {
    const rest = [
      itemsKept > 0 ? `${count(itemsKept, "image")} kept` : "",
      itemsSkipped > 0 ? `${count(itemsSkipped, "image")} skipped, gone or changed meanwhile` : "",
      itemsFailed > 0 ? `${count(itemsFailed, "image")} failed` : "",
    ].filter((part) => part !== "");
    return rest.length === 0 ? null : `${rest.join("; ")}. The details say why.`;
  }
  if (itemsFailed > 0) return `${itemsFailed} did not work and stayed in the bin; the details say why.`;
  const they = itemsDone === 1 ? "It" : "They";
  if (run.kind === "restore") return `${they} can be pulled again by tag and by digest.`;
  if (run.kind === "purge")
    return `What ${they.toLowerCase()} left unreferenced is freed by the next garbage collection.`;
  return null;
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
