"use client";

import { ChevronDown, FolderTree, Package } from "lucide-react";
import { parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import { useDeferredValue, useMemo, useState } from "react";
import type { SpaceDto } from "@/contracts/spaces";
import type { Permission } from "@/domain/access/permissions";
import { ChoiceChips } from "../reclaim/choice-chips";
import { useSlashFocus } from "../reclaim/use-slash-focus";
import { useSpace } from "../spaces/queries";
import { Button } from "../ui/button";
import { EmptyState } from "../ui/empty-state";
import { SearchInput } from "../ui/input";
import { Popover } from "../ui/popover";
import { problemOf } from "../ui/problem-of";
import { Select } from "../ui/select";
import { EmptySpace } from "./empty-space";
import { ImageTable } from "./image-table";
import { withoutPrefix } from "./pull-reference";
import { type ImageFilter, useImages } from "./queries";
import { RepositoryList } from "./repository-list";

const STATES = ["any", "tagged", "untagged"] as const;
const SORTS = ["pushed", "size", "name"] as const;

export type ImagesPageProps = {
  workspaceId: string;
  workspaceSlug: string;
  spaceId: string;
  permissions: readonly Permission[];
};

/** The tab "Images": repositories at the left, and the images of the chosen one (or of all) with what a pull of each would bring. */
export function ImagesPage({ workspaceId, spaceId, permissions }: ImagesPageProps) {
  const space = useSpace(workspaceId, spaceId);
  const [view, setView] = useQueryStates(
    {
      repository: parseAsString,
      q: parseAsString.withDefault(""),
      state: parseAsStringLiteral(STATES).withDefault("any"),
      sort: parseAsStringLiteral(SORTS).withDefault("pushed"),
    },
    { history: "replace" },
  );
  const region = useSlashFocus<HTMLDivElement>();
  const search = useDeferredValue(view.q.trim());
  const filter: ImageFilter = {
    state: view.state,
    sort: view.sort,
    ...(view.repository === null ? {} : { repository: view.repository }),
    ...(search === "" ? {} : { search }),
  };
  const images = useImages(workspaceId, spaceId, filter);
  const rows = useMemo(() => images.data?.pages.flatMap((page) => page.items), [images.data]);
  const isFiltered = view.repository !== null || search !== "" || view.state !== "any";

  if (space.data && rows?.length === 0 && !isFiltered && !images.isPlaceholderData) {
    return <EmptySpace workspaceId={workspaceId} space={space.data} permissions={permissions} />;
  }
  const select = (repository: string | null) => setView({ repository });
  return (
    <div className="grid grid-cols-[232px_minmax(0,1fr)] gap-x-7 compact:grid-cols-1">
      <aside className="sticky top-4 h-fit max-h-[calc(100dvh-32px)] compact:hidden [&>nav]:max-h-[calc(100dvh-32px)]">
        {space.data ? (
          <RepositoryList
            workspaceId={workspaceId}
            spaceId={spaceId}
            prefix={space.data.prefix}
            whole={space.data}
            selected={view.repository}
            onSelect={select}
          />
        ) : null}
      </aside>
      <div ref={region} className="min-w-0">
        <div className="flex flex-wrap items-center gap-2 pb-3">
          {space.data ? (
            <RepositoryPicker
              workspaceId={workspaceId}
              space={space.data}
              selected={view.repository}
              onSelect={select}
            />
          ) : null}
          <SearchInput
            label="Search images"
            placeholder="Search repository, tag or digest"
            value={view.q}
            onValueChange={(next) => setView({ q: next || null })}
            className="min-w-56 flex-1 narrow:basis-full"
          />
          <ChoiceChips
            label="Tagged or untagged"
            value={view.state}
            onValueChange={(state) => setView({ state })}
            options={[
              { value: "any", label: "All" },
              { value: "tagged", label: "Tagged" },
              { value: "untagged", label: "Untagged" },
            ]}
          />
          <Select
            label="Order"
            value={view.sort}
            onValueChange={(sort) => setView({ sort })}
            options={[
              { value: "pushed", label: "Newest push first" },
              { value: "size", label: "Largest first" },
              { value: "name", label: "By name" },
            ]}
            className="w-44 narrow:w-auto narrow:flex-1"
          />
        </div>
        <ImageTable
          space={space.data}
          rows={rows}
          total={images.data?.pages[0]?.total ?? 0}
          isAllRepositories={view.repository === null}
          isStale={images.isPlaceholderData}
          hasMore={images.hasNextPage}
          isLoadingMore={images.isFetchingNextPage}
          onLoadMore={() => {
            if (images.hasNextPage && !images.isFetchingNextPage) void images.fetchNextPage();
          }}
          error={problemOf(images.error)}
          onRetry={() => void images.refetch()}
          empty={
            <EmptyState
              icon={<Package />}
              title={view.state === "untagged" && search === "" ? "No untagged image" : "No image matches"}
              description={
                view.state === "untagged" && search === ""
                  ? "Every image here has a tag. Platforms of an index and signatures are inside their image and do not count."
                  : "Change the repository, the search or the filter."
              }
              action={
                <Button onClick={() => setView({ repository: null, q: null, state: null })}>Show all images</Button>
              }
            />
          }
        />
      </div>
    </div>
  );
}

/** The list of repositories behind a button, where there is no room for it at the left. */
function RepositoryPicker({
  workspaceId,
  space,
  selected,
  onSelect,
}: {
  workspaceId: string;
  space: SpaceDto;
  selected: string | null;
  onSelect: (repository: string | null) => void;
}) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <div className="min-w-0 wide:hidden narrow:basis-full">
      <Popover
        label="Repositories"
        open={isOpen}
        onOpenChange={setIsOpen}
        className="w-80"
        trigger={
          <Button icon={<FolderTree aria-hidden="true" />} className="max-w-full narrow:h-10 narrow:w-full">
            <span className="min-w-0 flex-1 truncate text-left">
              {selected === null ? "All repositories" : withoutPrefix(selected, space.prefix)}
            </span>
            <ChevronDown aria-hidden="true" />
          </Button>
        }
      >
        <RepositoryList
          workspaceId={workspaceId}
          spaceId={space.id}
          prefix={space.prefix}
          whole={space}
          selected={selected}
          onSelect={(repository) => {
            onSelect(repository);
            setIsOpen(false);
          }}
          className="max-h-[60dvh]"
        />
      </Popover>
    </div>
  );
}
