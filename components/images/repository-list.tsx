"use client";

import { type UIEvent, useDeferredValue, useState } from "react";
import type { RepositoryDto } from "@/contracts/images";
import { cn } from "@/lib/cn";
import { group } from "../history/run-words";
import { Button } from "../ui/button";
import { Bytes } from "../ui/bytes";
import { ErrorState } from "../ui/error-state";
import { SearchInput } from "../ui/input";
import { problemOf } from "../ui/problem-of";
import { RelativeTime } from "../ui/relative-time";
import { Skeleton } from "../ui/skeleton";
import { withoutPrefix } from "./pull-reference";
import { useRepositories } from "./queries";

const NEAR_END_PX = 600;
/** With fewer than this, looking is faster than searching. */
const SEARCH_FROM = 8;

export type RepositoryListProps = {
  workspaceId: string;
  spaceId: string;
  prefix: string;
  /** null = all */
  selected: string | null;
  onSelect: (repositoryName: string | null) => void;
  /** images and bytes of the whole space, for the line "All repositories" */
  whole: { imageCount: number; storedBytes: number };
  className?: string;
};

/** The repositories of a space to choose one from, with their images and sizes. Long lists are read on while scrolling. */
export function RepositoryList(props: RepositoryListProps) {
  const [typed, setTyped] = useState("");
  const search = useDeferredValue(typed.trim());
  const query = useRepositories({ workspaceId: props.workspaceId, spaceId: props.spaceId }, search);
  const repositories = query.data?.pages.flatMap((page) => page.items);
  const total = query.data?.pages[0]?.total ?? 0;

  const onScroll = (event: UIEvent<HTMLDivElement>) => {
    const box = event.currentTarget;
    const isNearEnd = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_END_PX;
    if (isNearEnd && query.hasNextPage && !query.isFetchingNextPage) void query.fetchNextPage();
  };

  return (
    <nav aria-label="Repositories" className={cn("flex min-h-0 flex-col gap-2", props.className)}>
      {total >= SEARCH_FROM || search !== "" ? (
        <SearchInput label="Search repositories" value={typed} onValueChange={setTyped} className="w-full" />
      ) : null}
      <div className="-mx-1 min-h-0 flex-1 overflow-y-auto px-1 pb-1" onScroll={onScroll}>
        {search === "" ? (
          <Entry
            name="All repositories"
            isSelected={props.selected === null}
            onSelect={() => props.onSelect(null)}
            imageCount={props.whole.imageCount}
            storedBytes={props.whole.storedBytes}
          />
        ) : null}
        {repositories === undefined ? (
          query.isPending ? (
            <Loading />
          ) : (
            <ErrorState
              className="px-2 py-6"
              problem={problemOf(query.error) ?? { title: "The repositories could not be loaded" }}
              onRetry={() => query.refetch()}
            />
          )
        ) : (
          <ul>
            {repositories.map((repository) => (
              <li key={repository.id} className="[contain-intrinsic-size:auto_44px] [content-visibility:auto]">
                <RepositoryEntry repository={repository} {...props} />
              </li>
            ))}
          </ul>
        )}
        {repositories?.length === 0 ? (
          <p className="px-2 py-3 text-sm text-subtle">
            {search === "" ? "No repository holds anything yet." : `No repository has “${search}” in its name.`}
          </p>
        ) : null}
        {query.hasNextPage ? (
          <Button
            size="sm"
            variant="ghost"
            className="mt-1 w-full"
            loading={query.isFetchingNextPage}
            onClick={() => query.fetchNextPage()}
          >
            {group(repositories?.length ?? 0)} of {group(total)}, load more
          </Button>
        ) : null}
      </div>
    </nav>
  );
}

function RepositoryEntry({
  repository,
  prefix,
  selected,
  onSelect,
}: { repository: RepositoryDto } & Pick<RepositoryListProps, "prefix" | "selected" | "onSelect">) {
  return (
    <Entry
      name={withoutPrefix(repository.name, prefix)}
      title={repository.name}
      isSelected={selected === repository.name}
      onSelect={() => onSelect(repository.name)}
      imageCount={repository.imageCount}
      storedBytes={repository.storedBytes}
      untaggedCount={repository.untaggedCount}
      brokenCount={repository.brokenCount}
      isSizeStale={repository.isSizeStale}
      lastPushedAt={repository.lastPushedAt}
      isMono
    />
  );
}

function Entry({
  name,
  title,
  isSelected,
  onSelect,
  imageCount,
  storedBytes,
  untaggedCount = 0,
  brokenCount = 0,
  isSizeStale = false,
  lastPushedAt,
  isMono = false,
}: {
  name: string;
  title?: string;
  isSelected: boolean;
  onSelect: () => void;
  imageCount: number;
  storedBytes: number;
  untaggedCount?: number;
  brokenCount?: number;
  isSizeStale?: boolean;
  lastPushedAt?: string | null;
  isMono?: boolean;
}) {
  return (
    <button
      type="button"
      title={title}
      aria-pressed={isSelected}
      onClick={onSelect}
      className={cn(
        "flex w-full flex-col rounded-md px-2 py-1 text-left focus-visible:-outline-offset-2",
        isSelected ? "bg-selected" : "hover:bg-hover",
      )}
    >
      <span className="flex w-full items-baseline justify-between gap-2">
        <span className={cn("min-w-0 truncate", isSelected && "font-medium", isMono && "font-mono text-sm leading-5")}>
          {name}
        </span>
        <span className="shrink-0 text-sm tabular-nums">{group(imageCount)}</span>
      </span>
      <span className="flex w-full items-baseline justify-between gap-2 text-sm text-subtle">
        <Bytes value={storedBytes} about={isSizeStale} />
        <span className="truncate">
          {brokenCount > 0 ? (
            <span className="text-danger">{`${group(brokenCount)} broken`}</span>
          ) : untaggedCount > 0 ? (
            `${group(untaggedCount)} untagged`
          ) : lastPushedAt ? (
            <RelativeTime at={lastPushedAt} />
          ) : null}
        </span>
      </span>
    </button>
  );
}

function Loading() {
  return (
    <div role="status" aria-busy="true" aria-label="Loading repositories" className="flex flex-col gap-5 px-2 py-3">
      {["w-3/5", "w-2/5", "w-1/2", "w-3/5"].map((width, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: placeholders have no identity
        <Skeleton key={index} className={width} />
      ))}
    </div>
  );
}
