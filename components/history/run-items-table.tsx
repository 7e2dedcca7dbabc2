"use client";

import { useQueryStates } from "nuqs";
import { useDeferredValue } from "react";
import type { RunDto } from "@/contracts/history";
import { PREVIEW_DAYS_MAX, PREVIEWS_KEPT, type RunItemSummaryDto } from "@/contracts/run-items";
import { formatBytes } from "@/lib/bytes";
import { PagedRows } from "../reclaim/paged-rows";
import { useSlashFocus } from "../reclaim/use-slash-focus";
import { Button } from "../ui/button";
import { DataTable } from "../ui/data-table";
import { EmptyState } from "../ui/empty-state";
import { problemOf } from "../ui/problem-of";
import { RelativeTime } from "../ui/relative-time";
import { filterOfView, isFiltered, itemViewParsers, orderOfView, patchOfSort, sortOfView } from "./item-view";
import { useRunItemSummary, useRunItems } from "./queries";
import { runItemColumns } from "./run-item-columns";
import { RunItemFilters } from "./run-item-filters";
import { count, isRunOver } from "./run-words";

/** Every image of a run (or preview) with verdict, deciding rule or guard, and how its move went: one table for both. */
export function RunItemsTable({ workspaceId, run }: { workspaceId: string; run: RunDto }) {
  const [view, setView] = useQueryStates(itemViewParsers, { history: "replace" });
  const search = useDeferredValue(view.q);
  const region = useSlashFocus<HTMLDivElement>();
  const filter = filterOfView(view, search);
  const isOver = isRunOver(run);
  // One that waits for a confirmation changes nothing meanwhile; its stream tells when it goes on.
  const isLive = !isOver && run.status !== "awaiting_confirmation";
  const items = useRunItems(workspaceId, run.id, { ...filter, ...orderOfView(view) }, isLive);
  const summary = useRunItemSummary(workspaceId, run.id, filter, isLive);
  const columns = runItemColumns(run);
  if (run.itemsPrunedAt) return <Pruned at={run.itemsPrunedAt} />;
  const isNarrowed = isFiltered(view);
  return (
    <div ref={region} className="flex flex-col gap-3">
      <RunItemFilters
        workspaceId={workspaceId}
        run={run}
        view={view}
        onChange={setView}
        facets={summary.data?.facets}
      />
      {isNarrowed && summary.data ? <FilterTotals run={run} totals={summary.data.totals} /> : null}
      <PagedRows query={items} noun={["image"]}>
        <DataTable
          label={run.isDryRun ? "Verdict on every image" : "Images of this run"}
          columns={columns}
          rows={items.data?.pages.flatMap((page) => page.items)}
          rowKey={(row) => String(row.ordinal)}
          sort={sortOfView(view)}
          onSortChange={(next) =>
            setView(
              patchOfSort(view, next, columns.find((one) => one.id === next.columnId)?.firstDirection ?? "ascending"),
            )
          }
          error={problemOf(items.error)}
          onRetry={() => items.refetch()}
          empty={
            isNarrowed ? (
              <EmptyState
                className="py-8"
                title="No image matches"
                description="Nothing in this run is all that the filter asks for."
                action={<Button onClick={() => setView(null)}>Show all images</Button>}
              />
            ) : (
              <NoRows isOver={isOver} />
            )
          }
          className="wide:[&_table]:min-w-[1120px] wide:overflow-x-auto"
        />
      </PagedRows>
    </div>
  );
}

/** What the filter comes to; the tiles above are of the whole run. */
function FilterTotals({ run, totals }: { run: RunDto; totals: RunItemSummaryDto["totals"] }) {
  const isReclaim = run.kind === "reclaim";
  const parts = [
    count(totals.images, "image"),
    isReclaim ? `${count(totals.tags, "tag")} going` : null,
    `${formatBytes(totals.logicalBytes)} stored`,
    isReclaim ? `about ${formatBytes(totals.uniqueBytes)} freed later` : null,
  ].filter((part) => part !== null);
  return (
    <p role="status" className="text-muted tabular-nums">
      Filtered: {parts.join(", ")}
    </p>
  );
}

function Pruned({ at }: { at: string }) {
  return (
    <EmptyState
      className="py-8"
      title="The verdicts of this preview are no longer kept"
      description={
        <>
          They were dropped <RelativeTime at={at} />. Of each person’s previews of the same rules the last{" "}
          {PREVIEWS_KEPT} keep their verdicts; the others keep them for {PREVIEW_DAYS_MAX} days. Totals and rules stay,
          and runs keep every image for good.
        </>
      }
    />
  );
}

function NoRows({ isOver }: { isOver: boolean }) {
  if (!isOver)
    return (
      <EmptyState
        className="py-8"
        title="The plan is being made"
        description="Images appear here in a moment, each with its verdict."
      />
    );
  return (
    <EmptyState
      className="py-8"
      title="No images"
      description="There was no image to look at: the space is empty, or the run stopped before its plan was made."
    />
  );
}
