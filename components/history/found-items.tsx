"use client";

import { PackageSearch } from "lucide-react";
import Link from "next/link";
import { useDeferredValue } from "react";
import type { FoundRunItemDto } from "@/contracts/run-items";
import { PagedRows } from "../reclaim/paged-rows";
import { Button } from "../ui/button";
import { DataTable } from "../ui/data-table";
import type { Column } from "../ui/data-table-columns";
import { Digest } from "../ui/digest";
import { EmptyState } from "../ui/empty-state";
import { problemOf } from "../ui/problem-of";
import { RelativeTime } from "../ui/relative-time";
import { StatusPill } from "../ui/status-pill";
import type { HistoryListProps } from "./event-history";
import { MarkedText } from "./marked-text";
import { useFoundRunItems } from "./queries";
import { RepositoryName } from "./repository-name";
import { moveLook } from "./run-item-words";
import { runKindLabel, runStarterText } from "./run-words";
import { spacePath } from "./space-path";
import { TagList } from "./tag-list";

/** What runs took, restored or purged, latest first; a search finds who took a tag, however long ago. */
export function FoundItems({ workspaceId, workspaceSlug, spaceId, search: q, onClear }: HistoryListProps) {
  const search = useDeferredValue(q.trim());
  const found = useFoundRunItems(workspaceId, spaceId, search);
  const isCapped = found.data?.pages[0]?.isTotalCapped ?? false;
  return (
    <PagedRows query={found} noun={isCapped ? ["image or more", "images or more"] : ["image"]}>
      <DataTable
        label="Images taken by runs"
        columns={columns(workspaceSlug, spaceId)}
        rows={found.data?.pages.flatMap((page) => page.items)}
        rowKey={({ run, item }) => `${run.id} ${item.ordinal}`}
        error={problemOf(found.error)}
        onRetry={() => found.refetch()}
        empty={
          search === "" ? (
            <EmptyState
              icon={<PackageSearch />}
              title="No run has taken anything yet"
              description="Once a run moves, untags, restores or purges an image, it is found here by its repository, tag or digest, for good."
            />
          ) : (
            <EmptyState
              title="No run took that"
              description={`Nothing that runs took in this space has “${search}” in its repository, tags or digest.`}
              action={<Button onClick={onClear}>Clear the search</Button>}
            />
          )
        }
        className="wide:[&_table]:min-w-[1000px] wide:overflow-x-auto"
      />
    </PagedRows>
  );
}

function columns(workspaceSlug: string, spaceId: string): readonly Column<FoundRunItemDto>[] {
  return [
    {
      id: "image",
      header: "Image",
      priority: 1,
      wrap: true,
      cell: ({ item }) => (
        <span className="flex min-w-0 flex-col">
          <RepositoryName name={item.repositoryName} />
          <span className="text-subtle">
            <Digest value={item.digest} />
          </span>
        </span>
      ),
    },
    {
      id: "tags",
      header: "Tags",
      width: "16%",
      wrap: true,
      cell: ({ item }) => (
        <TagList tags={item.tags} selected={item.action === "untag" ? item.selectedTags : undefined} />
      ),
    },
    {
      id: "what",
      header: "What",
      width: "104px",
      cell: ({ item }) => (
        <StatusPill tone={TONE[item.action]} look="plain">
          {moveLook(item).label}
        </StatusPill>
      ),
    },
    {
      id: "why",
      header: "Why",
      width: "24%",
      wrap: true,
      cell: ({ item }) => <MarkedText>{item.reasonText}</MarkedText>,
    },
    {
      id: "run",
      header: "Run",
      width: "17%",
      wrap: true,
      cell: ({ run, item }) => (
        <span>
          <Link
            href={`${spacePath(workspaceSlug, spaceId, "runs", run.id)}?q=${encodeURIComponent(item.digest)}`}
            className="font-medium text-accent underline-offset-2 hover:underline"
          >
            {runKindLabel(run)}
          </Link>{" "}
          <span className="text-muted">{runStarterText(run)}</span>
        </span>
      ),
    },
    { id: "at", header: "When", width: "112px", wrap: true, cell: ({ at }) => <RelativeTime at={at} /> },
  ];
}

const TONE = { recycle: "warning", untag: "info", keep: "neutral", restore: "positive", purge: "danger" } as const;
