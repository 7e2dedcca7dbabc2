"use client";

import { ArrowLeft } from "lucide-react";
import Link from "next/link";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import type { RunDto } from "@/contracts/history";
import type { Permission } from "@/domain/access/permissions";
import { formatDuration } from "@/lib/dates";
import { GcLive } from "../gc/gc-live";
import { GcTotals } from "../gc/gc-totals";
import { gcOptionsText } from "../gc/gc-words";
import { ChoiceChips } from "../reclaim/choice-chips";
import { RunNowButton } from "../reclaim/run-now-button";
import { ErrorState } from "../ui/error-state";
import { problemOf } from "../ui/problem-of";
import { RelativeTime } from "../ui/relative-time";
import { Skeleton } from "../ui/skeleton";
import { RunCancelButton } from "./run-cancel-button";
import { RunEndNote } from "./run-end-note";
import { RunItemsTable } from "./run-items-table";
import { RunLog } from "./run-log";
import { RunProgress } from "./run-progress";
import { RunStatusPill } from "./run-status-pill";
import { RunTotals } from "./run-totals";
import { isRunOver, runKindLabel, runStarterText } from "./run-words";
import { spacePath } from "./space-path";
import { useRunStream } from "./use-run-stream";

export type RunPageProps = {
  workspaceId: string;
  workspaceSlug: string;
  spaceId: string;
  runId: string;
  permissions: readonly Permission[];
};

/** One run, or the preview of one: the same page while it goes on and ever after. */
export function RunPage(props: RunPageProps) {
  const { run, error, isPending, refetch } = useRunStream(props.workspaceId, props.runId);
  if (isPending) return <RunSkeleton />;
  if (!run) {
    return <ErrorState problem={problemOf(error) ?? { title: "This run is not there" }} onRetry={() => refetch()} />;
  }
  return (
    <>
      <BackLink {...props} run={run} />
      <RunHead {...props} run={run} />
      {run.kind === "gc" ? <GcRunBody {...props} run={run} /> : <MovingRunBody {...props} run={run} />}
    </>
  );
}

const HOME = {
  reclaim: { path: "reclaim", label: "Reclaim" },
  restore: { path: "recycle-bin", label: "Recycle bin" },
  purge: { path: "recycle-bin", label: "Recycle bin" },
  gc: { path: "gc", label: "Garbage collection" },
} as const;

function BackLink({ workspaceSlug, spaceId, run }: RunPageProps & { run: RunDto }) {
  const home = HOME[run.kind];
  return (
    <Link
      href={spacePath(workspaceSlug, spaceId, home.path)}
      className="mb-2 inline-flex items-center gap-1 rounded-sm text-muted hover:text-ink"
    >
      <ArrowLeft className="size-3.5" aria-hidden="true" />
      {home.label}
    </Link>
  );
}

function RunHead({ run, ...props }: RunPageProps & { run: RunDto }) {
  const tookMs = run.startedAt && run.finishedAt ? Date.parse(run.finishedAt) - Date.parse(run.startedAt) : null;
  return (
    <header className="flex items-start justify-between gap-x-6 gap-y-3 pb-5 narrow:flex-col">
      <div className="min-w-0">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <h2 className="font-semibold text-lg">{runKindLabel(run)}</h2>
          <RunStatusPill status={run.status} />
        </div>
        <p className="text-muted">
          Started <RelativeTime at={run.startedAt ?? run.createdAt} /> {runStarterText(run)}
          {tookMs === null ? "" : `, took ${formatDuration(tookMs)}`}
          {run.kind === "gc" ? `, ${gcOptionsText(run)}` : ""}
        </p>
      </div>
      <div className="flex shrink-0 flex-wrap gap-2">
        {isRunOver(run) || run.kind === "gc" ? null : (
          <RunCancelButton workspaceId={props.workspaceId} run={run} permissions={props.permissions} />
        )}
        <RunNowButton {...props} run={run} />
      </div>
    </header>
  );
}

function GcRunBody({ run, ...props }: RunPageProps & { run: RunDto }) {
  if (!isRunOver(run)) return <GcLive workspaceId={props.workspaceId} initial={run} permissions={props.permissions} />;
  return (
    <div className="flex flex-col gap-6">
      <RunEndNote run={run} />
      <GcTotals run={run} />
      <RunLog workspaceId={props.workspaceId} runId={run.id} />
    </div>
  );
}

const VIEWS = ["images", "log"] as const;

function MovingRunBody({ run, workspaceId }: RunPageProps & { run: RunDto }) {
  const [view, setView] = useQueryState("view", parseAsStringLiteral(VIEWS).withDefault("images"));
  return (
    <div className="flex flex-col gap-6">
      {isRunOver(run) ? <RunEndNote run={run} /> : <RunProgress run={run} />}
      <RunTotals run={run} />
      <div className="flex flex-col gap-4 border-rule border-t pt-4">
        <ChoiceChips
          label="View"
          value={view}
          onValueChange={setView}
          options={[
            { value: "images", label: "Images" },
            { value: "log", label: "Log" },
          ]}
        />
        {view === "images" ? (
          <RunItemsTable workspaceId={workspaceId} run={run} />
        ) : (
          <RunLog workspaceId={workspaceId} runId={run.id} />
        )}
      </div>
    </div>
  );
}

function RunSkeleton() {
  return (
    <div role="status" aria-busy="true" aria-label="Loading the run" className="flex flex-col gap-4">
      <Skeleton className="h-5 w-48" />
      <Skeleton className="w-72" />
      <Skeleton className="mt-4 h-12 w-full" />
      <Skeleton className="h-40 w-full" />
    </div>
  );
}
