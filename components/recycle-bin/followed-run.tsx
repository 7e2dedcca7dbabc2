"use client";

import { X } from "lucide-react";
import Link from "next/link";
import type { RunDto } from "@/contracts/history";
import type { RunItemDto } from "@/contracts/run-items";
import { MarkedText } from "../history/marked-text";
import { useRunItems } from "../history/queries";
import { RunProgress } from "../history/run-progress";
import { count, handRunOf, isRunOver, runNumbers, runOutcomeText, runStatusLook } from "../history/run-words";
import { spacePath } from "../history/space-path";
import { useRunStream } from "../history/use-run-stream";
import { Callout, type CalloutTone } from "../ui/callout";
import { IconButton } from "../ui/icon-button";

type Place = { workspaceId: string; workspaceSlug: string; spaceId: string };

/** A run that was started here, followed in place until it is done; where it can be put away, it stays until it is. */
export function FollowedRun({ runId, ...rest }: Place & { runId: string; onDismiss?: () => void }) {
  const { run } = useRunStream(rest.workspaceId, runId);
  return run ? <RunNote {...rest} run={run} /> : null;
}

/** How far a run is, or what came of it and, where it left something out for one reason, that reason. */
export function RunNote({
  workspaceId,
  workspaceSlug,
  spaceId,
  run,
  onDismiss,
}: Place & { run: RunDto; onDismiss?: () => void }) {
  const isOver = isRunOver(run);
  const { itemsDone = 0, itemsFailed = 0, itemsSkipped = 0, itemsKept = 0 } = runNumbers(run);
  const left = itemsFailed + itemsSkipped + itemsKept;
  const isByHand = handRunOf(run) !== null;
  const items = useRunItems(workspaceId, isOver && isByHand && left > 0 ? run.id : "", {}, false);
  const link = (
    <Link
      className="font-medium text-accent underline-offset-2 hover:underline"
      href={spacePath(workspaceSlug, spaceId, "runs", run.id)}
    >
      Details
    </Link>
  );
  if (!isOver) {
    return (
      <div className="flex items-end gap-4 rounded-md border border-rule bg-surface px-3 py-2.5">
        <div className="min-w-0 flex-1">
          <RunProgress run={run} />
        </div>
        {link}
      </div>
    );
  }
  const isNothing = isByHand && itemsDone === 0 && run.status === "succeeded";
  const look = runStatusLook(run.status).tone;
  const tone: CalloutTone =
    look === "danger" || itemsFailed > 0
      ? "danger"
      : look === "warning" || isNothing
        ? "warning"
        : isByHand && left > 0
          ? "info"
          : "positive";
  const page = items.data?.pages[0];
  const reason = page && page.nextCursor === null ? onlyReason(page.items) : null;
  return (
    <Callout
      live
      tone={tone}
      title={isNothing ? "Nothing was deleted." : `${capitalized(runOutcomeText(run))}.`}
      action={
        <span className="flex items-center gap-2">
          {link}
          {onDismiss ? <IconButton label="Put this note away" icon={<X />} onClick={onDismiss} /> : null}
        </span>
      }
    >
      {noteOf(run, reason !== null)}
      {reason ? <MarkedText className="block">{reason}</MarkedText> : null}
    </Callout>
  );
}

/** Why all of what a run left is still there, where that is one sentence; null where there are several. */
function onlyReason(items: readonly RunItemDto[]): string | null {
  const reasons = new Set(
    items
      .filter((item) => item.action === "keep" || item.state !== "done")
      .map((item) => item.error ?? item.reasonText),
  );
  const [reason] = reasons;
  return reasons.size === 1 && reason ? `${capitalized(reason).replace(/\.$/, "")}.` : null;
}

function noteOf(run: RunDto, hasReason: boolean): string | null {
  const { itemsDone = 0, itemsFailed = 0, itemsSkipped = 0, itemsKept = 0 } = runNumbers(run);
  if (run.error) return run.error.message;
  if (handRunOf(run) !== null) {
    const rest = [
      itemsKept > 0 ? `${count(itemsKept, "image")} kept` : "",
      itemsSkipped > 0 ? `${count(itemsSkipped, "image")} skipped, gone or changed meanwhile` : "",
      itemsFailed > 0 ? `${count(itemsFailed, "image")} failed` : "",
    ].filter((part) => part !== "");
    return rest.length === 0 ? null : `${rest.join("; ")}.${hasReason ? "" : " The details say why."}`;
  }
  if (itemsFailed > 0) return `${itemsFailed} did not work and stayed in the bin; the details say why.`;
  const they = itemsDone === 1 ? "It" : "They";
  if (run.kind === "restore") return `${they} can be pulled again by tag and by digest.`;
  if (run.kind === "purge")
    return `What only ${itemsDone === 1 ? "it" : "they"} needed is freed by the next garbage collection.`;
  return null;
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
