"use client";

import Link from "next/link";
import type { GcStatusDto } from "@/contracts/gc";
import type { Permission } from "@/domain/access/permissions";
import { formatBytes } from "@/lib/bytes";
import { runStarterText, runStatusLook } from "../history/run-words";
import { spacePath } from "../history/space-path";
import { Callout, type CalloutTone } from "../ui/callout";
import { RelativeTime } from "../ui/relative-time";
import { GcUndo } from "./gc-undo";
import { gcResultText } from "./gc-words";
import { useLastCollection } from "./queries";

const TITLE = {
  succeeded: "The last collection is done",
  cancelled: "The last collection was cancelled",
  time_boxed: "The last collection stopped because its time was up",
  failed: "The last collection failed",
} as const;

/** What came of the newest collection that has ended: its totals count even where it was stopped. */
export function GcLastResult({
  workspaceId,
  workspaceSlug,
  permissions,
  status,
}: {
  workspaceId: string;
  workspaceSlug: string;
  permissions: readonly Permission[];
  status: GcStatusDto;
}) {
  const last = useLastCollection(workspaceId, status.registryId);
  if (!last) return null;
  const { lastSavings } = status;
  const look = runStatusLook(last.status);
  const tone: CalloutTone =
    look.tone === "positive" || look.tone === "warning" || look.tone === "danger" ? look.tone : "info";
  const title =
    last.isDryRun && last.status === "succeeded"
      ? "The last dry run is done"
      : (TITLE[last.status as keyof typeof TITLE] ?? look.label);
  return (
    <>
      <GcUndo workspaceId={workspaceId} run={last} permissions={permissions} className="mb-4" />
      <Callout
        tone={tone}
        className="mb-7"
        title={title}
        action={
          <Link
            className="font-medium text-accent underline-offset-2 hover:underline"
            href={spacePath(workspaceSlug, last.spaceId, "runs", last.id)}
          >
            Details
          </Link>
        }
      >
        <p>
          {gcResultText(last)} Ended <RelativeTime at={last.finishedAt} />, started {runStarterText(last)}.
        </p>
        {lastSavings && lastSavings.runId !== last.id ? (
          <p>
            Last savings: {formatBytes(lastSavings.freedBytes)} <RelativeTime at={lastSavings.finishedAt} />.
          </p>
        ) : null}
        {last.error ? <p>{last.error.message}</p> : null}
      </Callout>
    </>
  );
}
