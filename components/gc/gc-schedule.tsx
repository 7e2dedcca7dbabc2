"use client";

import Link from "next/link";
import { useState } from "react";
import { toast } from "sonner";
import type { GcStatusDto } from "@/contracts/gc";
import type { GcScheduleStateDto } from "@/contracts/gc-settings";
import type { Permission } from "@/domain/access/permissions";
import { cronInWords } from "@/lib/cron";
import { spacePath } from "../history/space-path";
import { GatedButton, missingPermissionText } from "../reclaim/gated-button";
import { zoned } from "../rules/next-runs";
import { ConfirmDialog } from "../ui/confirm-dialog";
import { ErrorState } from "../ui/error-state";
import { problemOf } from "../ui/problem-of";
import { RelativeTime } from "../ui/relative-time";
import { Section } from "../ui/section";
import { Skeleton } from "../ui/skeleton";
import { StatusPill } from "../ui/status-pill";
import { GcScheduleDialog } from "./gc-schedule-dialog";
import { gcChoiceText, gcEstimateText } from "./gc-words";
import { useGcSchedule, useRemoveGcSchedule } from "./queries";

type GcScheduleProps = {
  workspaceId: string;
  workspaceSlug: string;
  permissions: readonly Permission[];
  status: GcStatusDto;
};

/** When a registry is collected by itself for this workspace: the next five times, what came of the last one, and about how long it takes. */
export function GcSchedule(props: GcScheduleProps) {
  const { workspaceId, status, permissions } = props;
  const [open, setOpen] = useState<"edit" | "remove" | null>(null);
  const query = useGcSchedule(workspaceId, status.registryId);
  const remove = useRemoveGcSchedule(workspaceId, status.registryId);
  const reason = permissions.includes("gc.run") ? null : missingPermissionText("gc.run");
  const state = query.data;
  return (
    <Section
      title="Schedule"
      description="Weekly, at a quiet hour, is usual: the more there is to delete, the longer pushes are refused."
      actions={
        state ? (
          <>
            <GatedButton reason={reason} onClick={() => setOpen("edit")}>
              {state.schedule ? "Edit schedule" : "Set a schedule"}
            </GatedButton>
            {state.schedule ? (
              <GatedButton reason={reason} variant="ghost" onClick={() => setOpen("remove")}>
                Remove
              </GatedButton>
            ) : null}
          </>
        ) : null
      }
    >
      {state ? (
        <ScheduleState {...props} state={state} />
      ) : query.error ? (
        <ErrorState problem={problemOf(query.error) ?? { title: "No schedule" }} onRetry={() => query.refetch()} />
      ) : (
        <div role="status" aria-busy="true" aria-label="Loading the schedule" className="flex flex-col gap-3">
          <Skeleton className="w-64" />
          <Skeleton className="w-48" />
        </div>
      )}
      {open === "edit" && state ? (
        <GcScheduleDialog workspaceId={workspaceId} status={status} state={state} onClose={() => setOpen(null)} />
      ) : null}
      <ConfirmDialog
        open={open === "remove"}
        onOpenChange={(isOpen) => {
          if (!isOpen) setOpen(null);
        }}
        title="Remove the schedule?"
        description={`${status.registryName} is then collected only when somebody starts it. What runs now goes on.`}
        confirmLabel="Remove schedule"
        onConfirm={async () => {
          await remove.mutateAsync();
          toast.success("The schedule was removed");
        }}
      />
    </Section>
  );
}

function ScheduleState({ state, status, workspaceSlug }: GcScheduleProps & { state: GcScheduleStateDto }) {
  const { schedule, nextRuns, lastFiring } = state;
  const estimate = gcEstimateText(status.estimate);
  if (!schedule) {
    return (
      <p className="text-muted">
        Not scheduled: it runs when somebody starts it.{estimate ? ` It takes ${estimate}.` : ""}
      </p>
    );
  }
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span className="font-medium">{cronInWords(schedule)}</span>
        {schedule.isEnabled ? null : <StatusPill tone="neutral">Off</StatusPill>}
        <span className="text-muted">{gcChoiceText(schedule)}</span>
      </div>
      {nextRuns.length > 0 ? (
        <div>
          <p className="text-sm text-subtle">
            The next five runs, by the clock in {schedule.timeZone}
            {estimate ? `; each takes ${estimate}` : ""}
          </p>
          <ol aria-label="Next runs" className="grid w-fit grid-cols-[auto_auto] gap-x-4 tabular-nums">
            {nextRuns.map((at) => (
              <li key={at} className="contents">
                <time dateTime={at}>{zoned(Date.parse(at), schedule.timeZone)}</time>
                <RelativeTime at={at} className="text-subtle" />
              </li>
            ))}
          </ol>
        </div>
      ) : null}
      <p className="text-sm text-subtle">
        <LastFiring firing={lastFiring} timeZone={schedule.timeZone} status={status} workspaceSlug={workspaceSlug} />
        Set by {schedule.updatedByName} <RelativeTime at={schedule.updatedAt} />.
      </p>
    </div>
  );
}

function LastFiring({
  firing,
  timeZone,
  status,
  workspaceSlug,
}: {
  firing: GcScheduleStateDto["lastFiring"];
  timeZone: string;
  status: GcStatusDto;
  workspaceSlug: string;
}) {
  if (!firing) return null;
  // The one that schedules start them for.
  const [space] = status.spaces;
  const when = zoned(Date.parse(firing.scheduledFor), timeZone);
  const reason = firing.reason ? ` ${firing.reason}` : "";
  if (firing.outcome !== "started") {
    return (
      <span className="text-warning">
        {firing.outcome === "missed" ? "Missed" : "Skipped"} {when}.{reason}{" "}
      </span>
    );
  }
  return (
    <>
      Last started for {when}.{reason}{" "}
      {firing.runId && space ? (
        <Link
          className="font-medium text-accent underline-offset-2 hover:underline"
          href={spacePath(workspaceSlug, space.id, "runs", firing.runId)}
        >
          The run
        </Link>
      ) : null}{" "}
    </>
  );
}
