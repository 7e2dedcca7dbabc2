"use client";

import { ChevronRight, History } from "lucide-react";
import { parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import { useDeferredValue, useState } from "react";
import { GC_HISTORY_KINDS, type GcHistoryItem } from "@/contracts/gc";
import type { AuditEventDto, RunDto } from "@/contracts/history";
import type { Permission } from "@/domain/access/permissions";
import { formatBytes } from "@/lib/bytes";
import { cn } from "@/lib/cn";
import { formatDateTime, formatDuration } from "@/lib/dates";
import { RunStatusPill } from "../history/run-status-pill";
import { group, runStarterText } from "../history/run-words";
import { ChoiceChips } from "../reclaim/choice-chips";
import { PagedRows } from "../reclaim/paged-rows";
import { useSlashFocus } from "../reclaim/use-slash-focus";
import { Button } from "../ui/button";
import { EmptyState } from "../ui/empty-state";
import { ErrorState } from "../ui/error-state";
import { SearchInput } from "../ui/input";
import { problemOf } from "../ui/problem-of";
import { RelativeTime } from "../ui/relative-time";
import { Section } from "../ui/section";
import { Skeleton } from "../ui/skeleton";
import { GcRunDetails } from "./gc-run-details";
import { useGcHistory } from "./queries";

type GcHistoryProps = {
  workspaceId: string;
  workspaceSlug: string;
  registryId: string;
  registryName: string;
  permissions: readonly Permission[];
};

const SHOW_LABEL = { all: "Everything", runs: "Collections", events: "Events" } as const;

/** All collections of a registry and what else happened to it, newest first; each collection opens to all there is to know of it. */
export function GcHistory(props: GcHistoryProps) {
  const [{ show, q }, setFilter] = useQueryStates(
    { show: parseAsStringLiteral(GC_HISTORY_KINDS).withDefault("all"), q: parseAsString.withDefault("") },
    { history: "replace" },
  );
  const region = useSlashFocus<HTMLDivElement>();
  const search = useDeferredValue(q.trim());
  const history = useGcHistory(props.workspaceId, props.registryId, { show, search });
  const items = history.data?.pages.flatMap((page) => page.items);
  return (
    <Section
      title="History"
      description={`Every collection of ${props.registryName} by this workspace, and what else happened to it. Kept for good.`}
    >
      <div ref={region} className="flex flex-col gap-3">
        <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
          <ChoiceChips
            label="Show"
            value={show}
            onValueChange={(next) => setFilter({ show: next })}
            options={GC_HISTORY_KINDS.map((value) => ({ value, label: SHOW_LABEL[value] }))}
          />
          <SearchInput
            label="Search this history"
            placeholder="Person, words of a log, digest"
            value={q}
            onValueChange={(next) => setFilter({ q: next || null })}
            className="w-80"
          />
        </div>
        <PagedRows query={history} noun={["entry", "entries"]}>
          {history.isPending ? (
            <HistorySkeleton />
          ) : items === undefined ? (
            <ErrorState
              problem={problemOf(history.error) ?? { title: "No history" }}
              onRetry={() => history.refetch()}
              retrying={history.isFetching}
            />
          ) : items.length === 0 ? (
            <NoHistory {...props} isFiltered={search !== "" || show !== "all"} onClear={() => setFilter(null)} />
          ) : (
            <ul aria-label="History of garbage collection" className="border-rule border-t">
              {items.map((item) => (
                <HistoryRow key={item.kind === "run" ? item.run.id : item.event.id} item={item} place={props} />
              ))}
            </ul>
          )}
        </PagedRows>
      </div>
    </Section>
  );
}

function HistoryRow({ item, place }: { item: GcHistoryItem; place: GcHistoryProps }) {
  return (
    <li className="border-rule border-b">
      {item.kind === "run" ? <RunRow run={item.run} place={place} /> : <EventRow event={item.event} />}
    </li>
  );
}

const ROW =
  "grid w-full grid-cols-[20px_150px_1fr_auto] items-center gap-x-3 px-1 py-2 text-left compact:grid-cols-[20px_1fr_auto]";

function EventRow({ event }: { event: AuditEventDto }) {
  return (
    <div className={ROW}>
      <span />
      <span className="text-subtle">
        <RelativeTime at={event.at} />
      </span>
      <span className="col-span-2 min-w-0 text-muted [overflow-wrap:anywhere] compact:col-start-2 compact:row-start-2">
        <span className="font-medium text-ink">{event.actorName}</span> {event.text}
      </span>
    </div>
  );
}

function RunRow({ run, place }: { run: RunDto; place: GcHistoryProps }) {
  const [isOpen, setIsOpen] = useState(false);
  const tookMs = run.startedAt && run.finishedAt ? Date.parse(run.finishedAt) - Date.parse(run.startedAt) : null;
  const panelId = `collection-${run.id}`;
  return (
    <>
      <button
        type="button"
        aria-expanded={isOpen}
        aria-controls={panelId}
        title={formatDateTime(run.createdAt, { seconds: true })}
        onClick={() => setIsOpen(!isOpen)}
        className={cn(ROW, "hover:bg-hover focus-visible:-outline-offset-2")}
      >
        <ChevronRight
          aria-hidden="true"
          className={cn("size-4 text-subtle transition-transform", isOpen && "rotate-90")}
        />
        <RunStatusPill status={run.status} look="plain" />
        <span className="min-w-0 truncate text-muted compact:col-start-2 compact:row-start-2">
          <RelativeTime at={run.finishedAt ?? run.createdAt} /> {runStarterText(run)}
          {run.isDryRun ? ", dry run" : ""}
          {tookMs === null ? "" : `, took ${formatDuration(tookMs)}`}
        </span>
        <RunNumbersText run={run} />
      </button>
      {isOpen ? (
        <div id={panelId} className="pt-1 pr-1 pb-5 pl-9 narrow:pl-1">
          <GcRunDetails
            workspaceId={place.workspaceId}
            workspaceSlug={place.workspaceSlug}
            permissions={place.permissions}
            run={run}
          />
        </div>
      ) : null}
    </>
  );
}

/** What came of it, in a few words at the end of its row. */
function RunNumbersText({ run: { isDryRun, totals } }: { run: RunDto }) {
  if (isDryRun) {
    return <span className="text-right text-muted tabular-nums">{formatBytes(totals.candidateBytes ?? 0)} found</span>;
  }
  if (totals.undoUntil !== undefined) {
    return <span className="text-right tabular-nums">{formatBytes(totals.quarantinedBytes ?? 0)} put aside</span>;
  }
  return (
    <span className="text-right tabular-nums">
      <span className="font-medium">{formatBytes(totals.freedBytes ?? 0)} freed</span>
      <span className="text-subtle narrow:hidden">, {group(totals.deletedBlobs ?? 0)} blobs</span>
    </span>
  );
}

function NoHistory({
  registryName,
  isFiltered,
  onClear,
}: GcHistoryProps & { isFiltered: boolean; onClear: () => void }) {
  return isFiltered ? (
    <EmptyState
      className="py-8"
      title="Nothing matches"
      description={`Nothing that happened to ${registryName} is what was asked for.`}
      action={<Button onClick={onClear}>Show everything</Button>}
    />
  ) : (
    <EmptyState
      className="py-8"
      icon={<History />}
      title="Nothing has happened yet"
      description="Each collection will be listed here with what it deleted, also when it was cancelled half-way; and who enabled or scheduled it."
    />
  );
}

function HistorySkeleton() {
  return (
    <div role="status" aria-busy="true" aria-label="Loading the history" className="flex flex-col gap-4 py-2">
      <Skeleton className="w-2/3" />
      <Skeleton className="w-1/2" />
      <Skeleton className="w-3/5" />
    </div>
  );
}
