"use client";

import Link from "next/link";
import type { RunDto } from "@/contracts/history";
import type { Permission } from "@/domain/access/permissions";
import { formatDateTime, formatDuration } from "@/lib/dates";
import { useRunEvents } from "../history/queries";
import { phaseText } from "../history/run-event-words";
import { RunLog } from "../history/run-log";
import { runStarterText } from "../history/run-words";
import { spacePath } from "../history/space-path";
import { KeyValueList } from "../ui/key-value-list";
import { GcTotals } from "./gc-totals";
import { GcUndo } from "./gc-undo";
import { gcModeOf, gcOptionsText, phaseTimes } from "./gc-words";

/** All there is to know of one collection: who, with which options, how it ended, its phases and their times, totals and log. */
export function GcRunDetails({
  workspaceId,
  workspaceSlug,
  permissions,
  run,
}: {
  workspaceId: string;
  workspaceSlug: string;
  permissions: readonly Permission[];
  run: RunDto;
}) {
  return (
    <div className="flex flex-col gap-5">
      {run.error ? <p className="text-danger">{run.error.message}</p> : null}
      <GcTotals run={run} />
      <GcUndo workspaceId={workspaceId} run={run} permissions={permissions} />
      <KeyValueList
        items={[
          { label: "Started", value: `${formatDateTime(run.startedAt ?? run.createdAt)}, ${runStarterText(run)}` },
          ...(run.cancelRequestedBy ? [{ label: "Cancelled by", value: run.cancelRequestedBy }] : []),
          { label: "Mode", value: gcModeOf(run) === "online" ? "online" : "read-only" },
          { label: "Options", value: gcOptionsText(run) },
          { label: "Id", value: <code className="[overflow-wrap:anywhere]">{run.id}</code> },
        ]}
      />
      <GcPhaseTimes workspaceId={workspaceId} run={run} />
      <section className="flex flex-col gap-2">
        <div className="flex flex-wrap items-baseline justify-between gap-x-4">
          <h3 className="font-medium">Log</h3>
          <Link
            className="font-medium text-accent underline-offset-2 hover:underline"
            href={spacePath(workspaceSlug, run.spaceId, "runs", run.id)}
          >
            Open as a page
          </Link>
        </div>
        <RunLog workspaceId={workspaceId} runId={run.id} />
      </section>
    </div>
  );
}

/** The phases that a collection went through, when each began and how long it took. */
export function GcPhaseTimes({
  workspaceId,
  run,
  heading: Heading = "h3",
}: {
  workspaceId: string;
  run: RunDto;
  heading?: "h2" | "h3";
}) {
  const events = useRunEvents(workspaceId, run.id);
  const phases = phaseTimes(events.data ?? [], run.finishedAt);
  if (phases.length === 0) return null;
  return (
    <section className="flex flex-col gap-2">
      <Heading className="font-medium">Phases</Heading>
      <ol
        aria-label="Phases and their times"
        className="grid w-fit grid-cols-[auto_auto_auto] gap-x-6 gap-y-0.5 tabular-nums narrow:grid-cols-[auto_1fr] narrow:gap-x-3"
      >
        {phases.map(({ sequence, phase, at, tookMs }) => (
          <li key={sequence} className="contents">
            <time dateTime={at} title={formatDateTime(at, { seconds: true })} className="text-subtle">
              {at.slice(11, 19)}
            </time>
            <span className="min-w-0">{phaseText(phase)}</span>
            <span className="text-right text-muted narrow:col-start-2 narrow:text-left">
              {tookMs === null ? "goes on" : formatDuration(tookMs)}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
