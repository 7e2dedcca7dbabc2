"use client";

import { parseAsStringLiteral, useQueryState } from "nuqs";
import type { RunDto } from "@/contracts/history";
import type { Permission } from "@/domain/access/permissions";
import { formatDuration } from "@/lib/dates";
import { GcLiveView } from "../gc/gc-live";
import { GcPhaseTimes } from "../gc/gc-run-details";
import { GcTotals } from "../gc/gc-totals";
import { GcUndo } from "../gc/gc-undo";
import { gcOptionsText } from "../gc/gc-words";
import { ChoiceChips } from "../reclaim/choice-chips";
import { RunNowButton } from "../reclaim/run-now-button";
import { useSpace } from "../spaces/queries";
import { ErrorState } from "../ui/error-state";
import { PageHeader } from "../ui/page-header";
import { problemOf } from "../ui/problem-of";
import { RelativeTime } from "../ui/relative-time";
import { Skeleton } from "../ui/skeleton";
import { RunCancelButton } from "./run-cancel-button";
import { RunChanges } from "./run-changes";
import { RunConfirmation } from "./run-confirmation";
import { RunEndNote } from "./run-end-note";
import { RunItemsTable } from "./run-items-table";
import { RunLog } from "./run-log";
import { RunProgress } from "./run-progress";
import { RunRules } from "./run-rules";
import { RunStatusPill } from "./run-status-pill";
import { RunTotals } from "./run-totals";
import { handRunOf, isRunOver, runKindLabel, runStarterText } from "./run-words";
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

function RunHead({ run, ...props }: RunPageProps & { run: RunDto }) {
  const { workspaceSlug, spaceId } = props;
  const space = useSpace(props.workspaceId, spaceId);
  const home = HOME[run.kind];
  const tookMs = run.startedAt && run.finishedAt ? Date.parse(run.finishedAt) - Date.parse(run.startedAt) : null;
  return (
    <PageHeader
      breadcrumbs={[
        { label: "Registry spaces", href: `/w/${workspaceSlug}/spaces` },
        { label: space.data?.name ?? "…", href: spacePath(workspaceSlug, spaceId, "images") },
        { label: home.label, href: spacePath(workspaceSlug, spaceId, home.path) },
      ]}
      title={runKindLabel(run)}
      status={<RunStatusPill status={run.status} />}
      description={
        <>
          Started <RelativeTime at={run.startedAt ?? run.createdAt} /> {runStarterText(run)}
          {tookMs === null ? "" : `, took ${formatDuration(tookMs)}`}
          {run.kind === "gc" ? `, ${gcOptionsText(run)}` : ""}
        </>
      }
      actions={
        <>
          {isRunOver(run) ? null : (
            <RunCancelButton workspaceId={props.workspaceId} run={run} permissions={props.permissions} />
          )}
          <RunNowButton {...props} run={run} />
        </>
      }
    />
  );
}

function GcRunBody({ run, ...props }: RunPageProps & { run: RunDto }) {
  if (!isRunOver(run)) {
    return (
      <div className="flex flex-col gap-6">
        <GcLiveView run={run} />
        <RunLog workspaceId={props.workspaceId} runId={run.id} />
      </div>
    );
  }
  return (
    <div className="flex flex-col gap-6">
      <RunEndNote run={run} />
      <GcTotals run={run} />
      <GcUndo workspaceId={props.workspaceId} run={run} permissions={props.permissions} />
      <GcPhaseTimes workspaceId={props.workspaceId} run={run} heading="h2" />
      <RunLog workspaceId={props.workspaceId} runId={run.id} />
    </div>
  );
}

const VIEWS = ["images", "changes", "log"] as const;

function MovingRunBody({ run, ...props }: RunPageProps & { run: RunDto }) {
  const { workspaceId, workspaceSlug, spaceId } = props;
  const [view, setView] = useQueryState("view", parseAsStringLiteral(VIEWS).withDefault("images"));
  const place = { workspaceId, workspaceSlug, spaceId };
  // Only what rules plan can be planned again, and then be another plan.
  const isPlan = run.kind === "reclaim" && handRunOf(run) === null && !run.itemsPrunedAt;
  const options = [
    { value: "images" as const, label: "Images" },
    ...(isPlan ? [{ value: "changes" as const, label: "Changes since the last preview" }] : []),
    { value: "log" as const, label: "Log" },
  ];
  const shown = view === "changes" && !isPlan ? "images" : view;
  return (
    <div className="flex flex-col gap-6">
      <RunState run={run} workspaceId={workspaceId} permissions={props.permissions} />
      <RunTotals workspaceId={workspaceId} run={run} />
      <RunRules {...place} run={run} />
      <div className="flex flex-col gap-4 border-rule border-t pt-4">
        <ChoiceChips label="View" value={shown} onValueChange={setView} options={options} />
        {shown === "images" ? <RunItemsTable workspaceId={workspaceId} run={run} /> : null}
        {shown === "changes" ? <RunChanges {...place} run={run} /> : null}
        {shown === "log" ? <RunLog workspaceId={workspaceId} runId={run.id} /> : null}
      </div>
    </div>
  );
}

/** How far it is, what it waits for, or how it ended. */
function RunState({
  run,
  workspaceId,
  permissions,
}: Pick<RunPageProps, "workspaceId" | "permissions"> & { run: RunDto }) {
  if (isRunOver(run)) return <RunEndNote run={run} />;
  if (run.status === "awaiting_confirmation") {
    return <RunConfirmation workspaceId={workspaceId} run={run} permissions={permissions} />;
  }
  return <RunProgress run={run} />;
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
