"use client";

import { Minus, Package, Plus } from "lucide-react";
import Link from "next/link";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import { type ReactNode, useDeferredValue, useState } from "react";
import type { ImageDto, RepositoryDto } from "@/contracts/images";
import type { SpaceDto } from "@/contracts/spaces";
import { cn } from "@/lib/cn";
import { count as counted, group } from "../history/run-words";
import { Button, ButtonLink } from "../ui/button";
import { Bytes } from "../ui/bytes";
import { EmptyState } from "../ui/empty-state";
import { ErrorState } from "../ui/error-state";
import { problemOf } from "../ui/problem-of";
import { RelativeTime } from "../ui/relative-time";
import { toggled } from "../ui/row-range";
import { Select } from "../ui/select";
import { Skeleton } from "../ui/skeleton";
import { Badge } from "../ui/status-pill";
import { imagePath, repositoryPath } from "./image-path";
import { brokenText, kindText, platformChips, shortDigest, tagsThatFit } from "./image-words";
import { withoutPrefix } from "./pull-reference";
import { type Place, type RepositorySort, useFirstImages, useRepositories } from "./queries";
import { imageKey } from "./selection";

const SORTS = [
  { value: "name", label: "By name" },
  { value: "size", label: "Largest first" },
  { value: "images", label: "Most images first" },
  { value: "pushed", label: "Newest push first" },
] as const satisfies readonly { value: RepositorySort; label: string }[];
const SORT_NAMES = SORTS.map(({ value }) => value);

const columns =
  "grid grid-cols-[24px_minmax(0,1fr)_80px_80px_96px_108px_116px] items-center gap-x-3 compact:grid-cols-[24px_minmax(0,1fr)_80px_96px] narrow:grid-cols-[28px_minmax(0,1fr)]";
const wideOnly = "compact:hidden";

/** Repositories as rows; `+` opens one to its versions: digests, newest first, each with its tags. */
export function RepositoriesView({
  place,
  workspaceSlug,
  space,
  search,
}: {
  place: Place;
  workspaceSlug: string;
  space: SpaceDto | undefined;
  search: string;
}) {
  const [sort, setSort] = useQueryState("by", parseAsStringLiteral(SORT_NAMES).withDefault("name"));
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const query = useRepositories(place, useDeferredValue(search), sort);
  const repositories = query.data?.pages.flatMap((page) => page.items);
  const total = query.data?.pages[0]?.total ?? 0;

  if (query.error && !repositories) {
    return (
      <ErrorState
        problem={problemOf(query.error) ?? { title: "The repositories could not be loaded" }}
        onRetry={() => query.refetch()}
        retrying={query.isFetching}
      />
    );
  }
  if (repositories?.length === 0) {
    return (
      <div className="border-rule border-y">
        <EmptyState
          icon={<Package />}
          title={search === "" ? "No repository holds anything yet" : `No repository has “${search}” in its name`}
          description="Search in the view “Images” looks at tags and digests too."
        />
      </div>
    );
  }
  return (
    <>
      <div className="flex min-h-8 items-center justify-between gap-3 pb-1 text-sm text-subtle">
        <span role="status">
          {repositories ? counted(total, "repository", "repositories") : "Loading repositories …"}
        </span>
        <Select
          label="Order of repositories"
          size="sm"
          value={sort}
          onValueChange={(next) => void setSort(next)}
          options={SORTS}
          className="w-44"
        />
      </div>
      <div
        aria-hidden="true"
        className={cn(columns, "h-8 border-rule-strong border-b px-1 font-medium text-sm text-subtle narrow:hidden")}
      >
        <span />
        <span>Repository</span>
        <span className="text-right">Images</span>
        <span className={cn("text-right", wideOnly)}>Tags</span>
        <span className="text-right">Stored</span>
        <span className={wideOnly}>Last push</span>
        <span className={wideOnly}>Last pull</span>
      </div>
      {repositories ? (
        <ul aria-label="Repositories">
          {repositories.map((repository) => (
            <li
              key={repository.id}
              className="border-rule border-b [contain-intrinsic-size:auto_41px] [content-visibility:auto]"
            >
              <RepositoryRow
                repository={repository}
                name={withoutPrefix(repository.name, space?.prefix ?? "")}
                href={repositoryPath(workspaceSlug, place.spaceId, repository.name)}
                isOpen={open.has(repository.id)}
                onToggle={() => setOpen((known) => toggled(known, repository.id))}
              >
                <Versions place={place} workspaceSlug={workspaceSlug} repository={repository} />
              </RepositoryRow>
            </li>
          ))}
        </ul>
      ) : (
        <Loading rows={6} />
      )}
      {query.hasNextPage ? (
        <Button size="sm" className="mt-3" loading={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
          {group(repositories?.length ?? 0)} of {group(total)}, load more
        </Button>
      ) : null}
    </>
  );
}

function RepositoryRow({
  repository,
  name,
  href,
  isOpen,
  onToggle,
  children,
}: {
  repository: RepositoryDto;
  name: string;
  href: string;
  isOpen: boolean;
  onToggle: () => void;
  children: ReactNode;
}) {
  const Sign = isOpen ? Minus : Plus;
  return (
    <>
      <div className={cn(columns, "min-h-10 px-1 hover:bg-hover narrow:items-start narrow:py-2")}>
        <button
          type="button"
          aria-expanded={isOpen}
          aria-label={`Versions of ${name}`}
          onClick={onToggle}
          className="flex size-5 items-center justify-center rounded-sm border border-control bg-surface text-muted hover:border-muted hover:text-ink"
        >
          <Sign className="size-3.5" aria-hidden="true" />
        </button>
        <span className="flex min-w-0 flex-wrap items-center gap-x-2">
          <Link
            href={href}
            prefetch={false}
            title={repository.name}
            className="min-w-0 truncate font-mono text-sm leading-5 underline-offset-2 hover:underline"
          >
            {name}
          </Link>
          {repository.untaggedCount > 0 ? (
            <Badge tone="warning">{group(repository.untaggedCount)} untagged</Badge>
          ) : null}
          {repository.brokenCount > 0 ? <Badge tone="danger">{group(repository.brokenCount)} broken</Badge> : null}
          <span className="hidden basis-full text-sm text-subtle narrow:block">
            {counted(repository.imageCount, "image")},{" "}
            <Bytes value={repository.storedBytes} about={repository.isSizeStale} />
          </span>
        </span>
        <Figure value={repository.imageCount} noun="image" className="narrow:hidden" />
        <Figure value={repository.tagCount} noun="tag" className={wideOnly} />
        <span className="text-right narrow:hidden">
          <Bytes value={repository.storedBytes} about={repository.isSizeStale} />
        </span>
        <span className={wideOnly}>
          <RelativeTime at={repository.lastPushedAt} />
        </span>
        <span className={cn(wideOnly, repository.lastPulledAt === null && "text-subtle")}>
          <RelativeTime at={repository.lastPulledAt} none="never pulled" />
        </span>
      </div>
      {isOpen ? children : null}
    </>
  );
}

function Figure({ value, noun, className }: { value: number; noun: string; className?: string }) {
  return (
    <span className={cn("text-right tabular-nums", className)}>
      {group(value)}
      <span className="sr-only"> {value === 1 ? noun : `${noun}s`}</span>
    </span>
  );
}

/** The newest versions of a repository; the rest is a click away in the list, where it can be filtered and selected. */
function Versions({
  place,
  workspaceSlug,
  repository,
}: {
  place: Place;
  workspaceSlug: string;
  repository: RepositoryDto;
}) {
  const query = useFirstImages(place, {
    filter: { repository: repository.name, state: "any" },
    sort: "pushed",
    order: "desc",
  });
  if (query.error && !query.data) {
    return (
      <ErrorState
        className="py-6"
        problem={problemOf(query.error) ?? { title: "The versions could not be loaded" }}
        onRetry={() => query.refetch()}
      />
    );
  }
  if (!query.data) return <Loading rows={3} />;
  const rest = query.data.total - query.data.items.length;
  return (
    <div className="border-rule border-t bg-sunken/50 pl-9 narrow:pl-3">
      <ul aria-label={`Versions of ${repository.name}`} className="divide-y divide-rule">
        {query.data.items.map((image) => (
          <li key={imageKey(image)}>
            <Version image={image} href={imagePath(workspaceSlug, place.spaceId, image)} />
          </li>
        ))}
      </ul>
      <ButtonLink
        href={repositoryPath(workspaceSlug, place.spaceId, repository.name)}
        prefetch={false}
        size="sm"
        variant="ghost"
        className="my-1 -ml-2"
      >
        {rest > 0 ? `${group(rest)} more: show all in the list` : "Show in the list, to filter and select"}
      </ButtonLink>
    </div>
  );
}

function Version({ image, href }: { image: ImageDto; href: string }) {
  const { shown, hidden } = tagsThatFit(image.tags, 70);
  const platforms = platformChips(image.platforms, 4);
  const broken = brokenText(image);
  return (
    <div className="flex min-h-9 flex-wrap items-center gap-x-3 gap-y-0.5 py-1 pr-1">
      <Link
        href={href}
        prefetch={false}
        className="font-mono text-sm underline-offset-2 hover:underline"
        title={image.digest}
      >
        {shortDigest(image.digest)}
      </Link>
      <span className="flex min-w-0 flex-1 flex-wrap items-center gap-1 narrow:basis-[calc(100%-116px)]">
        {image.tags.length === 0 ? <Badge tone="warning">untagged</Badge> : null}
        {shown.map((tag) => (
          <Badge key={tag} mono className="max-w-44">
            {tag}
          </Badge>
        ))}
        {hidden > 0 ? <span className="text-sm text-subtle">+{hidden}</span> : null}
        {broken ? (
          <Badge tone={broken.tone}>
            <span title={broken.text}>{broken.mark}</span>
          </Badge>
        ) : null}
      </span>
      <span className="text-sm text-subtle">
        {platforms.shown.length > 0 ? platforms.shown.join(", ") : (kindText(image) ?? "")}
        {platforms.hidden > 0 ? ` +${platforms.hidden}` : ""}
      </span>
      <Bytes value={image.logicalBytes} className="w-20 text-right narrow:w-auto" />
      <span className="w-28 text-right text-subtle narrow:w-auto">
        <RelativeTime at={image.pushedAt} />
      </span>
    </div>
  );
}

function Loading({ rows }: { rows: number }) {
  return (
    <div role="status" aria-busy="true" aria-label="Loading" className="flex flex-col">
      {Array.from({ length: rows }, (_, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: placeholders have no identity
        <span key={at} className="flex h-10 items-center border-rule border-b pl-10">
          <Skeleton className={at % 2 === 0 ? "w-2/5" : "w-1/3"} />
        </span>
      ))}
    </div>
  );
}
