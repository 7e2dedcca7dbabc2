"use client";

import Link from "next/link";
import type { RunDto } from "@/contracts/history";
import { formatBytes } from "@/lib/bytes";
import { PagedRows } from "../reclaim/paged-rows";
import { DataTable } from "../ui/data-table";
import type { Column } from "../ui/data-table-columns";
import { EmptyState } from "../ui/empty-state";
import { problemOf } from "../ui/problem-of";
import { RelativeTime } from "../ui/relative-time";
import { chosenRulesText } from "./item-filter-words";
import { type RunListFilter, useRuns } from "./queries";
import { RunStatusPill } from "./run-status-pill";
import { isRunOver, runKindLabel, runNumbers, runOutcomeText, runStarterText } from "./run-words";
import { spacePath } from "./space-path";

export type RunListProps = {
  workspaceId: string;
  workspaceSlug: string;
  spaceId: string;
  filter?: RunListFilter;
  label: string;
  emptyTitle: string;
  emptyDescription: string;
};

/** Runs of a space, newest first, each with what came of it. */
export function RunList({ workspaceId, workspaceSlug, spaceId, filter, label, ...empty }: RunListProps) {
  const runs = useRuns(workspaceId, spaceId, filter);
  return (
    <PagedRows query={runs} noun={["run"]}>
      <DataTable
        label={label}
        columns={columns(workspaceSlug, spaceId)}
        rows={runs.data?.pages.flatMap((page) => page.items)}
        rowKey={(run) => run.id}
        error={problemOf(runs.error)}
        onRetry={() => runs.refetch()}
        skeletonRows={4}
        empty={<EmptyState className="py-8" title={empty.emptyTitle} description={empty.emptyDescription} />}
      />
    </PagedRows>
  );
}

function columns(workspaceSlug: string, spaceId: string): readonly Column<RunDto>[] {
  return [
    {
      id: "run",
      header: "Run",
      width: "20%",
      priority: 1,
      cell: (run) => (
        <span className="flex min-w-0 flex-col">
          <Link
            href={spacePath(workspaceSlug, spaceId, "runs", run.id)}
            className="font-medium underline-offset-2 hover:underline"
          >
            {runKindLabel(run)}
          </Link>
          <span className="truncate font-normal text-sm text-subtle">{chosenRulesText(run)}</span>
        </span>
      ),
    },
    {
      id: "status",
      header: "State",
      width: "17%",
      cell: (run) => <RunStatusPill status={run.status} look="plain" />,
    },
    {
      id: "outcome",
      header: "What came of it",
      wrap: true,
      cell: (run) => <span>{outcome(run)}</span>,
    },
    {
      id: "when",
      header: "Started",
      width: "26%",
      cell: (run) => (
        <span className="text-muted">
          <RelativeTime at={run.createdAt} /> {runStarterText(run)}
        </span>
      ),
    },
  ];
}

function outcome(run: RunDto): string {
  const { logicalBytes } = runNumbers(run);
  if (run.error) return run.error.message;
  if (run.kind === "gc") return `${runOutcomeText(run)}, ${formatBytes(run.totals.freedBytes ?? 0)} freed`;
  const size = logicalBytes === undefined ? "" : `, ${formatBytes(logicalBytes)}`;
  return isRunOver(run) ? `${runOutcomeText(run)}${size}` : "going on";
}
