"use client";

import { parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import { useDeferredValue } from "react";
import type { RunDto } from "@/contracts/history";
import type { RunItemDto } from "@/contracts/run-items";
import { ChoiceChips } from "../reclaim/choice-chips";
import { PagedRows } from "../reclaim/paged-rows";
import { useSlashFocus } from "../reclaim/use-slash-focus";
import { Bytes } from "../ui/bytes";
import { DataTable } from "../ui/data-table";
import type { Column } from "../ui/data-table-columns";
import { Digest } from "../ui/digest";
import { EmptyState } from "../ui/empty-state";
import { SearchInput } from "../ui/input";
import { problemOf } from "../ui/problem-of";
import { RelativeTime } from "../ui/relative-time";
import { StatusPill, type StatusTone } from "../ui/status-pill";
import { MarkedText } from "./marked-text";
import { type RunItemFilter, useRunItems } from "./queries";
import { RepositoryName } from "./repository-name";
import { moveLook, verdictLook } from "./run-item-words";
import { isRunOver } from "./run-words";
import { TagList } from "./tag-list";

const SHOW = ["all", "going", "kept", "left-out", "skipped", "failed"] as const;
type Show = (typeof SHOW)[number];

const FILTER: Record<Show, RunItemFilter> = {
  all: {},
  going: { action: "going" },
  kept: { action: "keep" },
  "left-out": { state: "left_out" },
  skipped: { state: "skipped_stale" },
  failed: { state: "failed" },
};

/** Every image of a run (or preview) with verdict, reason and how its move went: one table for both. */
export function RunItemsTable({ workspaceId, run }: { workspaceId: string; run: RunDto }) {
  const [{ show, q }, setView] = useQueryStates(
    { show: parseAsStringLiteral(SHOW).withDefault("all"), q: parseAsString.withDefault("") },
    { history: "replace" },
  );
  const search = useDeferredValue(q.trim());
  const region = useSlashFocus<HTMLDivElement>();
  const items = useRunItems(workspaceId, run.id, { ...FILTER[show], ...(search ? { search } : {}) }, !isRunOver(run));
  const rows = items.data?.pages.flatMap((page) => page.items);
  return (
    <div ref={region} className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <ChoiceChips
          label="Which images"
          value={show}
          onValueChange={(next) => setView({ show: next })}
          options={showOptions(run)}
        />
        <SearchInput
          label="Search repository, tag or digest"
          value={q}
          onValueChange={(next) => setView({ q: next || null })}
        />
      </div>
      <PagedRows query={items} noun={["image"]}>
        <DataTable
          label={run.isDryRun ? "Verdict on every image" : "Images of this run"}
          columns={columnsFor(run)}
          rows={rows}
          rowKey={(row) => String(row.ordinal)}
          error={problemOf(items.error)}
          onRetry={() => items.refetch()}
          empty={<NoRows isFiltered={show !== "all" || search !== ""} isOver={isRunOver(run)} />}
          className="wide:[&_table]:min-w-[1000px] wide:overflow-x-auto"
        />
      </PagedRows>
    </div>
  );
}

const SHOW_LABEL: Record<Show, string> = {
  all: "All",
  going: "Going",
  kept: "Kept",
  "left-out": "Left out",
  skipped: "Skipped",
  failed: "Failed",
};

function showOptions(run: RunDto): { value: Show; label: string }[] {
  const shows: readonly Show[] =
    run.kind !== "reclaim"
      ? ["all", "left-out", "failed"]
      : run.isDryRun
        ? ["all", "going", "kept", "left-out"]
        : ["all", "going", "kept", "left-out", "skipped", "failed"];
  return shows.map((value) => ({ value, label: SHOW_LABEL[value] }));
}

function NoRows({ isFiltered, isOver }: { isFiltered: boolean; isOver: boolean }) {
  if (isFiltered)
    return <EmptyState className="py-8" title="No image matches" description="Change the filter or the search." />;
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

const IMAGE: Column<RunItemDto> = {
  id: "image",
  header: "Image",
  priority: 1,
  wrap: true,
  cell: (item) => (
    <span className="flex min-w-0 flex-col">
      <RepositoryName name={item.repositoryName} />
      <span className="flex flex-wrap items-center gap-x-2 text-subtle">
        <Digest value={item.digest} />
        {item.memberCount > 1 ? <span className="whitespace-nowrap text-sm">{item.memberCount} manifests</span> : null}
      </span>
    </span>
  ),
};

const TAGS: Column<RunItemDto> = {
  id: "tags",
  header: "Tags",
  width: "16%",
  wrap: true,
  cell: (item) => <TagList tags={item.tags} selected={item.action === "untag" ? item.selectedTags : undefined} />,
};

const REASON: Column<RunItemDto> = {
  id: "reason",
  header: "Why",
  width: "27%",
  wrap: true,
  cell: (item) => (
    <span>
      <MarkedText>{item.reasonText}</MarkedText>
      {item.error ? <span className="block text-danger">{item.error}</span> : null}
    </span>
  ),
};

/** The verdict; below it, where it is more than that, how the move went. */
function verdictColumn(hasMoves: boolean): Column<RunItemDto> {
  return {
    id: "verdict",
    header: hasMoves ? "Verdict, state" : "Verdict",
    width: "136px",
    wrap: true,
    cell: (item) => (
      <span className="flex flex-col">
        <Pill {...verdictLook(item)} />
        {(hasMoves && item.action !== "keep") || item.state === "left_out" ? <Pill {...moveLook(item)} /> : null}
      </span>
    ),
  };
}

const MOVE: Column<RunItemDto> = {
  id: "state",
  header: "State",
  width: "136px",
  wrap: true,
  cell: (item) => <Pill {...moveLook(item)} />,
};

function Pill({ tone, label }: { tone: StatusTone; label: string }) {
  return (
    <StatusPill tone={tone} look="plain" className="whitespace-normal">
      {label}
    </StatusPill>
  );
}

const TIMES: Column<RunItemDto> = {
  id: "times",
  header: "Pushed, pulled",
  width: "124px",
  wrap: true,
  cell: (item) => (
    <span className="flex flex-col">
      <RelativeTime at={item.pushedAt} none="unknown" />
      <span className="text-sm text-subtle">
        {item.lastPulledAt ? (
          <>
            pulled <RelativeTime at={item.lastPulledAt} />
          </>
        ) : (
          "never pulled"
        )}
      </span>
    </span>
  ),
};

const LOGICAL: Column<RunItemDto> = {
  id: "logical",
  header: "Size",
  width: "84px",
  align: "end",
  cell: (item) => <Bytes value={item.logicalBytes} />,
};

const UNIQUE: Column<RunItemDto> = {
  id: "unique",
  header: "Unique",
  width: "84px",
  align: "end",
  // What stays frees nothing, so nothing was measured of it: "0 B" would say that all of it is shared.
  cell: (item) =>
    item.action === "keep" ? <span className="text-subtle">–</span> : <Bytes value={item.uniqueBytes} />,
};

function columnsFor(run: RunDto): readonly Column<RunItemDto>[] {
  if (run.kind !== "reclaim") return [IMAGE, TAGS, REASON, MOVE, LOGICAL];
  return [IMAGE, TAGS, verdictColumn(!run.isDryRun), REASON, TIMES, LOGICAL, UNIQUE];
}
