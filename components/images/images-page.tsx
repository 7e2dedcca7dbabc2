"use client";

import { useRouter } from "next/navigation";
import { useQueryStates } from "nuqs";
import { useCallback, useDeferredValue, useRef, useState } from "react";
import type { Permission } from "@/domain/access/permissions";
import { ClearingPolicyPrompt } from "../lifecycle/clearing-policy-prompt";
import { useSlashFocus } from "../reclaim/use-slash-focus";
import { useSpace } from "../spaces/queries";
import { permissionsIn } from "../spaces/reader-permissions";
import { ErrorState } from "../ui/error-state";
import { problemOf } from "../ui/problem-of";
import { EmptySpace } from "./empty-space";
import { FilterBar, FilterChips } from "./filter-bar";
import { filterOfView, type ImageView, imageViewParsers, isFiltered, orderOf, type ViewPatch } from "./filter-url";
import { ImageBrowser } from "./image-browser";
import { KeysDialog } from "./keys-dialog";
import { type ImageListing, useFirstImages } from "./queries";
import { RepositoriesView } from "./repositories-view";
import { RepositoryList } from "./repository-list";
import { RepositoryPicker } from "./repository-picker";
import { useListKeys } from "./use-list-keys";
import { useLiveImages } from "./use-live-images";

export type ImagesPageProps = {
  workspaceId: string;
  workspaceSlug: string;
  spaceId: string;
  permissions: readonly Permission[];
};

/**
 * The tab "Images": repositories at the left and the images of the chosen one (or of all), or repositories that open to their
 * versions. What is searched and filtered stands in the address.
 */
export function ImagesPage({ workspaceId, workspaceSlug, spaceId, permissions: granted }: ImagesPageProps) {
  const place = { workspaceId, spaceId };
  const space = useSpace(workspaceId, spaceId);
  const permissions = permissionsIn(space.data, granted);
  const [view, setView] = useQueryStates(imageViewParsers, { history: "replace" });
  const router = useRouter();
  const [areKeysShown, setAreKeysShown] = useState(false);
  const clearSelection = useRef<(() => void) | null>(null);
  const region = useSlashFocus<HTMLDivElement>();
  const listing = useListing(view);
  const first = useFirstImages(place, listing);
  const settled = useSettled(listing, !first.isPlaceholderData);
  const change = useCallback((patch: ViewPatch) => void setView(patch), [setView]);
  const live = useLiveImages(place);
  useListKeys(region, {
    onShowKeys: () => setAreKeysShown(true),
    onEscape: () => clearSelection.current?.(),
  });

  if (first.error && !first.data) {
    return (
      <ErrorState
        problem={problemOf(first.error) ?? { title: "The images could not be loaded" }}
        onRetry={() => first.refetch()}
        retrying={first.isFetching}
      />
    );
  }
  if (space.data && first.data?.total === 0 && !first.isPlaceholderData && !isFiltered(listing.filter)) {
    return <EmptySpace workspaceId={workspaceId} space={space.data} permissions={permissions} />;
  }
  const selectRepository = (repository: string | null) => change({ repository });
  const isList = view.view === "images";
  return (
    <div className={isList ? "grid grid-cols-[232px_minmax(0,1fr)] gap-x-7 compact:grid-cols-1" : undefined}>
      {isList ? (
        <aside className="sticky top-4 h-fit max-h-[calc(100dvh-32px)] compact:hidden [&>nav]:max-h-[calc(100dvh-32px)]">
          {space.data ? (
            <RepositoryList
              workspaceId={workspaceId}
              spaceId={spaceId}
              prefix={space.data.prefix}
              whole={space.data}
              selected={view.repository}
              onSelect={selectRepository}
            />
          ) : null}
        </aside>
      ) : null}
      <div ref={region} className="min-w-0">
        {isList && space.data ? (
          <RepositoryPicker
            workspaceId={workspaceId}
            space={space.data}
            selected={view.repository}
            onSelect={selectRepository}
          />
        ) : null}
        <FilterBar view={view} onChange={change} onShowKeys={() => setAreKeysShown(true)} />
        {isList ? (
          <>
            <FilterChips view={view} onChange={change} />
            {space.data && view.repository !== null ? (
              <ClearingPolicyPrompt
                key={view.repository}
                workspaceId={workspaceId}
                workspaceSlug={workspaceSlug}
                space={space.data}
                repository={view.repository}
                permissions={permissions}
              />
            ) : null}
            <ImageBrowser
              // The list begins anew with what it lists: places, open rows and the row with the focus are of one list.
              key={JSON.stringify(settled)}
              place={place}
              workspaceSlug={workspaceSlug}
              space={space.data}
              permissions={permissions}
              listing={settled}
              first={first.data}
              isStale={first.isPlaceholderData}
              live={live}
              onChange={change}
              view={view}
              clearSelection={clearSelection}
              onOpen={(href) => router.push(href)}
            />
          </>
        ) : (
          <RepositoriesView place={place} workspaceSlug={workspaceSlug} space={space.data} search={view.q.trim()} />
        )}
      </div>
      <KeysDialog open={areKeysShown} onOpenChange={setAreKeysShown} />
    </div>
  );
}

/** What the address asks for; the same object as long as that is the same, and behind the typing while somebody types. */
function useListing(view: ImageView): ImageListing {
  const key = useDeferredValue(
    JSON.stringify({ filter: filterOfView(view), sort: view.sort, order: orderOf(view) } satisfies ImageListing),
  );
  const [known, setKnown] = useState({ key, listing: JSON.parse(key) as ImageListing });
  if (known.key === key) return known.listing;
  const next = { key, listing: JSON.parse(key) as ImageListing };
  setKnown(next);
  return next.listing;
}

/** The latest listing whose images are known: it stays on screen until those of the next are. */
function useSettled(listing: ImageListing, isKnown: boolean): ImageListing {
  const [settled, setSettled] = useState(listing);
  if (isKnown && settled !== listing) setSettled(listing);
  return isKnown ? listing : settled;
}
