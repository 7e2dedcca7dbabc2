"use client";

import { History } from "lucide-react";
import Link from "next/link";
import { useDeferredValue } from "react";
import type { AuditEventDto } from "@/contracts/history";
import { PagedRows } from "../reclaim/paged-rows";
import { Button } from "../ui/button";
import { DataTable } from "../ui/data-table";
import type { Column } from "../ui/data-table-columns";
import { EmptyState } from "../ui/empty-state";
import { problemOf } from "../ui/problem-of";
import { RelativeTime } from "../ui/relative-time";
import { historyTarget } from "./history-target";
import { useHistory } from "./queries";

export type HistoryListProps = {
  workspaceId: string;
  workspaceSlug: string;
  spaceId: string;
  search: string;
  onClear: () => void;
};

/** Who did what in a space, newest first. It outlives the images that it is about. */
export function EventHistory({ workspaceId, workspaceSlug, spaceId, search: q, onClear }: HistoryListProps) {
  const search = useDeferredValue(q.trim());
  const history = useHistory(workspaceId, spaceId, search);
  return (
    <PagedRows query={history} noun={["event"]}>
      <DataTable
        label="History"
        columns={columnsFor(workspaceSlug, spaceId)}
        rows={history.data?.pages.flatMap((page) => page.items)}
        rowKey={(event) => event.id}
        error={problemOf(history.error)}
        onRetry={() => history.refetch()}
        empty={
          search === "" ? (
            <EmptyState
              icon={<History />}
              title="Nothing has happened here yet"
              description="Rules, runs, restores, purges and collections are recorded here, with who asked for them."
            />
          ) : (
            <EmptyState
              title="No event matches"
              description={`Nothing in the history of this space has “${search}” in it.`}
              action={<Button onClick={onClear}>Clear the search</Button>}
            />
          )
        }
      />
    </PagedRows>
  );
}

function columnsFor(workspaceSlug: string, spaceId: string): Column<AuditEventDto>[] {
  return [
    { id: "at", header: "When", width: "150px", cell: (event) => <RelativeTime at={event.at} /> },
    {
      id: "actor",
      header: "Who",
      width: "190px",
      // On a phone the sentence beside it begins with the name.
      priority: 3,
      cell: (event) => <span className="font-medium">{event.actorName}</span>,
    },
    {
      id: "what",
      header: "What",
      priority: 1,
      wrap: true,
      cell: (event) => (
        <span>
          <span className="hidden narrow:inline">{event.actorName} </span>
          {event.text}
        </span>
      ),
    },
    {
      id: "target",
      header: "Where",
      width: "130px",
      align: "end",
      cell: (event) => {
        const target = historyTarget(event, workspaceSlug, spaceId);
        return target ? (
          <Link href={target.href} className="font-medium text-accent underline-offset-2 hover:underline">
            {target.label}
          </Link>
        ) : null;
      },
    },
  ];
}
