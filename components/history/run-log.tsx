"use client";

import { useDeferredValue, useState } from "react";
import type { RunEventDto } from "@/contracts/history";
import { formatDateTime } from "@/lib/dates";
import { EmptyState } from "../ui/empty-state";
import { ErrorState } from "../ui/error-state";
import { SearchInput } from "../ui/input";
import { problemOf } from "../ui/problem-of";
import { Skeleton } from "../ui/skeleton";
import { useRunEvents } from "./queries";
import { eventText, eventTone } from "./run-event-words";
import { count } from "./run-words";

/** Fewer lines than this are read sooner than searched. */
const SEARCHED_FROM = 10;

/** The log of a run, oldest first; grows while the run is followed. */
export function RunLog({ workspaceId, runId }: { workspaceId: string; runId: string }) {
  const events = useRunEvents(workspaceId, runId);
  if (events.isPending) {
    return (
      <div role="status" aria-busy="true" aria-label="Loading the log" className="flex flex-col gap-3 py-2">
        <Skeleton className="w-1/2" />
        <Skeleton className="w-2/3" />
        <Skeleton className="w-2/5" />
      </div>
    );
  }
  if (events.data === undefined) {
    return <ErrorState problem={problemOf(events.error) ?? { title: "No log" }} onRetry={() => events.refetch()} />;
  }
  if (events.data.length === 0) {
    return (
      <EmptyState
        className="py-6"
        title="Nothing has been written yet"
        description="The log begins when a worker takes the run up."
      />
    );
  }
  return <LogLines events={events.data} />;
}

function LogLines({ events }: { events: readonly RunEventDto[] }) {
  const [typed, setTyped] = useState("");
  const search = useDeferredValue(typed.trim().toLowerCase());
  const shown = search === "" ? events : events.filter((event) => eventText(event).toLowerCase().includes(search));
  return (
    <div className="flex flex-col gap-2">
      {events.length >= SEARCHED_FROM ? (
        <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
          <SearchInput label="Search the log" value={typed} onValueChange={setTyped} className="w-80" />
          <span role="status" className="text-sm text-subtle tabular-nums">
            {search === "" ? count(events.length, "line") : `${shown.length} of ${count(events.length, "line")}`}
          </span>
        </div>
      ) : null}
      <Lines events={shown} />
    </div>
  );
}

function Lines({ events }: { events: readonly RunEventDto[] }) {
  return (
    <div
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
      tabIndex={0}
      role="log"
      aria-label="Log of the run"
      className="max-h-[60dvh] overflow-y-auto rounded-md border border-rule bg-sunken px-3 py-2"
    >
      <ol>
        {events.map((event) => (
          <li key={event.sequence} className="grid grid-cols-[68px_1fr] gap-3 py-0.5 narrow:grid-cols-1 narrow:gap-0">
            <time
              dateTime={event.at}
              title={formatDateTime(event.at, { seconds: true })}
              className="text-sm text-subtle leading-5 tabular-nums"
            >
              {event.at.slice(11, 19)}
            </time>
            <span className={`min-w-0 [overflow-wrap:anywhere] ${TONE[eventTone(event)]}`}>{eventText(event)}</span>
          </li>
        ))}
      </ol>
    </div>
  );
}

const TONE = { plain: "text-ink", quiet: "text-muted", bad: "text-danger" } as const;
