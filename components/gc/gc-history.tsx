"use client";

import { ChevronRight } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import type { RunDto } from "@/contracts/history";
import { formatBytes } from "@/lib/bytes";
import { cn } from "@/lib/cn";
import { formatDuration } from "@/lib/dates";
import { useRuns } from "../history/queries";
import { RunLog } from "../history/run-log";
import { RunStatusPill } from "../history/run-status-pill";
import { group, isRunOver, runStarterText } from "../history/run-words";
import { spacePath } from "../history/space-path";
import { Button } from "../ui/button";
import { EmptyState } from "../ui/empty-state";
import { ErrorState } from "../ui/error-state";
import { problemOf } from "../ui/problem-of";
import { RelativeTime } from "../ui/relative-time";
import { Section } from "../ui/section";
import { Skeleton } from "../ui/skeleton";
import { GcTotals } from "./gc-totals";
import { gcOptionsText } from "./gc-words";

type Place = { workspaceId: string; workspaceSlug: string; spaceId: string };

/** All collections of this space, newest first; each opens to its options, totals and log. */
export function GcHistory(place: Place) {
  const runs = useRuns(place.workspaceId, place.spaceId, { kind: "gc" });
  const items = runs.data?.pages.flatMap((page) => page.items).filter(isRunOver);
  return (
    <Section title="Earlier collections">
      {runs.isPending ? (
        <div role="status" aria-busy="true" aria-label="Loading collections" className="flex flex-col gap-4 py-2">
          <Skeleton className="w-2/3" />
          <Skeleton className="w-1/2" />
          <Skeleton className="w-3/5" />
        </div>
      ) : items === undefined ? (
        <ErrorState
          problem={problemOf(runs.error) ?? { title: "No collections" }}
          onRetry={() => runs.refetch()}
          retrying={runs.isFetching}
        />
      ) : items.length === 0 ? (
        <EmptyState
          className="py-8"
          title="No collection has ended yet"
          description="Each one will be listed here with what it deleted, also when it was cancelled half-way."
        />
      ) : (
        <>
          <ul className="border-rule border-t">
            {items.map((run) => (
              <HistoryRow key={run.id} run={run} place={place} />
            ))}
          </ul>
          {runs.hasNextPage ? (
            <Button className="mt-3" onClick={() => runs.fetchNextPage()} loading={runs.isFetchingNextPage}>
              Load more
            </Button>
          ) : null}
        </>
      )}
    </Section>
  );
}

function HistoryRow({ run, place }: { run: RunDto; place: Place }) {
  const [isOpen, setIsOpen] = useState(false);
  const tookMs = run.startedAt && run.finishedAt ? Date.parse(run.finishedAt) - Date.parse(run.startedAt) : null;
  const panelId = `collection-${run.id}`;
  return (
    <li className="border-rule border-b">
      <button
        type="button"
        aria-expanded={isOpen}
        aria-controls={panelId}
        onClick={() => setIsOpen(!isOpen)}
        className="grid w-full grid-cols-[20px_150px_1fr_auto] items-center gap-x-3 px-1 py-2 text-left hover:bg-hover compact:grid-cols-[20px_1fr_auto] focus-visible:-outline-offset-2"
      >
        <ChevronRight
          aria-hidden="true"
          className={cn("size-4 text-subtle transition-transform", isOpen && "rotate-90")}
        />
        <RunStatusPill status={run.status} look="plain" />
        <span className="min-w-0 truncate text-muted compact:col-start-2 compact:row-start-2">
          <RelativeTime at={run.finishedAt} /> {runStarterText(run)}
          {run.isDryRun ? ", dry run" : ""}
          {tookMs === null ? "" : `, took ${formatDuration(tookMs)}`}
        </span>
        <span className="text-right tabular-nums">
          {run.isDryRun ? (
            <span className="text-muted">{formatBytes(run.totals.candidateBytes ?? 0)} found</span>
          ) : (
            <>
              <span className="font-medium">{formatBytes(run.totals.freedBytes ?? 0)} freed</span>
              <span className="text-subtle narrow:hidden">, {group(run.totals.deletedBlobs ?? 0)} blobs</span>
            </>
          )}
        </span>
      </button>
      {isOpen ? (
        <div id={panelId} className="flex flex-col gap-4 pt-1 pr-1 pb-5 pl-9 narrow:pl-1">
          <p className="text-muted">
            Options: {gcOptionsText(run)}.{" "}
            <Link
              className="font-medium text-accent underline-offset-2 hover:underline"
              href={spacePath(place.workspaceSlug, place.spaceId, "runs", run.id)}
            >
              Open as a page
            </Link>
          </p>
          {run.error ? <p className="text-danger">{run.error.message}</p> : null}
          <GcTotals run={run} />
          <RunLog workspaceId={place.workspaceId} runId={run.id} />
        </div>
      ) : null}
    </li>
  );
}
