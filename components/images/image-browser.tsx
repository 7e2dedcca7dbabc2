"use client";

import { Package } from "lucide-react";
import { type RefObject, useCallback, useEffect, useState } from "react";
import type { ImageDto } from "@/contracts/images";
import type { SpaceDto } from "@/contracts/spaces";
import type { Permission } from "@/domain/access/permissions";
import { tagGlobProblem } from "@/domain/images/tag-glob";
import { formatDateTime } from "@/lib/dates";
import { count as counted, group } from "../history/run-words";
import { registryHost } from "../spaces/registry-host";
import { Button } from "../ui/button";
import { EmptyState } from "../ui/empty-state";
import { RelativeTime } from "../ui/relative-time";
import { BulkBar } from "./bulk-bar";
import { type ImageView, NO_FILTER, sortBy, type ViewPatch } from "./filter-url";
import { ImageDetails } from "./image-details";
import { type DialogRequest, ImageDialogs, pinRequest } from "./image-dialogs";
import { ImageList } from "./image-list";
import { imagePath } from "./image-path";
import { pullReferences } from "./pull-reference";
import { type ImageListing, type ImagePage, type Place, useImagePulls } from "./queries";
import { type OpenMenu, RowMenu } from "./row-menu";
import { useImageSelection } from "./use-image-selection";
import type { LiveImages } from "./use-live-images";
import { whyNot } from "./why-not";

export interface ImageBrowserProps {
  place: Place;
  workspaceSlug: string;
  space: SpaceDto | undefined;
  permissions: readonly Permission[];
  listing: ImageListing;
  view: ImageView;
  first: ImagePage | undefined;
  isStale: boolean;
  live: LiveImages;
  onChange: (patch: ViewPatch) => void;
  onOpen: (href: string) => void;
  /** Filled with what Escape does. */
  clearSelection: RefObject<(() => void) | null>;
}

/** One list of images with its selection, menu, dialogs and states. */
export function ImageBrowser(props: ImageBrowserProps) {
  const { place, workspaceSlug, space, permissions, listing, first, onChange, clearSelection } = props;
  const selecting = useImageSelection(place, listing);
  const [total, setTotal] = useState({ count: first?.total ?? 0, isCapped: first?.isTotalCapped ?? false });
  const [menu, setMenu] = useState<OpenMenu | null>(null);
  const [dialog, setDialog] = useState<DialogRequest | null>(null);
  const deleteReason = whyNot("images.recycle", permissions, space);
  const pinReason = whyNot("images.pin", permissions, space);
  const trackingSince = useTrackingSince(place, first?.items[0]);
  const { clear } = selecting;
  // Outside system: the keyboard, which is listened to by the page.
  useEffect(() => {
    clearSelection.current = clear;
  });

  const hrefOf = useCallback(
    (image: ImageDto) => imagePath(workspaceSlug, place.spaceId, image),
    [workspaceSlug, place.spaceId],
  );
  const pullCommandOf = (image: ImageDto) => {
    if (!space) return "";
    const { byTag, byDigest } = pullReferences(registryHost(space.registryUrl), image);
    return `docker pull ${byTag ?? byDigest}`;
  };
  const details = useCallback(
    (image: ImageDto) => <ImageDetails image={image} space={space} href={hrefOf(image)} />,
    [space, hrefOf],
  );
  const onCount = useCallback((count: number, isCapped: boolean) => setTotal({ count, isCapped }), []);

  if (first && first.items.length === 0 && !props.isStale) {
    return <NothingFound view={props.view} onClear={() => onChange(NO_FILTER)} />;
  }
  return (
    <>
      <div className="flex min-h-6 flex-wrap items-baseline gap-x-3 pb-1 text-sm text-subtle tabular-nums">
        <span role="status">
          {first === undefined
            ? "Loading images …"
            : total.isCapped
              ? `More than ${group(first.total)} images`
              : counted(total.count, "image")}
        </span>
        <LiveNote live={props.live} />
        {space?.hasBackdatedTimes ? (
          <span className="ml-auto narrow:ml-0">Push times marked “demo” were set back by the demo.</span>
        ) : null}
      </div>
      <ImageList
        place={place}
        listing={listing}
        prefix={space?.prefix ?? ""}
        isStale={props.isStale}
        neverPulledTitle={neverPulledTitle(trackingSince)}
        selecting={selecting}
        hrefOf={hrefOf}
        pullCommandOf={pullCommandOf}
        onOpen={(image) => props.onOpen(hrefOf(image))}
        onSort={(sort) => onChange(sortBy(listing, sort))}
        onMenu={(image, at, onClosed) => setMenu({ image, at, onClosed })}
        onCount={onCount}
        details={details}
      />
      <BulkBar
        place={place}
        selecting={selecting}
        total={total.count}
        isTotalCapped={total.isCapped}
        deleteReason={deleteReason}
        pinReason={pinReason}
        onDelete={(selection) => setDialog({ kind: "delete", selection })}
        onPin={() => {
          if (selecting.selection.kind === "rows")
            setDialog({ kind: "pin", images: [...selecting.selection.rows.values()] });
        }}
      />
      <RowMenu
        menu={menu}
        pullCommand={menu ? pullCommandOf(menu.image) : ""}
        href={menu ? hrefOf(menu.image) : ""}
        historyHref={menu ? imagePath(workspaceSlug, place.spaceId, menu.image, "history") : ""}
        deleteReason={deleteReason}
        pinReason={pinReason}
        onClose={() => setMenu(null)}
        onDelete={({ repositoryName, digest }) =>
          setDialog({ kind: "delete", selection: { images: [{ repositoryName, digest }] } })
        }
        onDeleteTags={(image) => setDialog({ kind: "tags", image })}
        onPin={(image) => setDialog(pinRequest(image))}
      />
      <ImageDialogs
        place={place}
        workspaceSlug={workspaceSlug}
        space={space}
        permissions={permissions}
        request={dialog}
        onClose={() => setDialog(null)}
        onDone={selecting.clear}
      />
    </>
  );
}

/** Since when the registry tells of pulls; undefined while that is not known, null where it never did. */
function useTrackingSince(place: Place, image: ImageDto | undefined): string | null | undefined {
  const pulls = useImagePulls(place, image?.repositoryName ?? "", image?.digest ?? "", image !== undefined);
  return pulls.data?.trackingSince;
}

function neverPulledTitle(since: string | null | undefined): string {
  if (since === undefined) return "No pull of it is known.";
  return since === null
    ? "The registry does not tell the console of pulls, so that a missing pull means nothing."
    : `No pull since ${formatDateTime(since)}, when the registry began to tell of them.`;
}

/** That the list changed by itself, said once and quietly. */
function LiveNote({ live }: { live: LiveImages }) {
  return (
    <span aria-live="polite" className="flex items-center gap-1.5">
      {live.changedAt === null ? null : (
        <>
          <span aria-hidden="true" className="size-1.5 rounded-full bg-accent" />
          <span>
            list updated <RelativeTime at={live.changedAt} />
          </span>
        </>
      )}
    </span>
  );
}

function NothingFound({ view, onClear }: { view: ImageView; onClear: () => void }) {
  const isOnlyUntagged = view.state === "untagged" && view.q === "";
  const isOnlyBroken = view.health === "broken" && view.q === "";
  const globProblem = view.tag === null ? null : tagGlobProblem(view.tag);
  return (
    <div className="border-rule border-y">
      <EmptyState
        icon={<Package />}
        title={isOnlyBroken ? "No broken image" : isOnlyUntagged ? "No untagged image" : "No image matches"}
        description={
          isOnlyBroken
            ? "The registry has everything that the images here name."
            : isOnlyUntagged
              ? "Every image here has a tag. Platforms of an index and signatures are inside their image and do not count."
              : globProblem
                ? `${globProblem} in the filter for tags “${view.tag}”, so that it stands for itself. Tags have no braces.`
                : "Change the repository, the search or a filter."
        }
        action={<Button onClick={onClear}>Clear filters</Button>}
      />
    </div>
  );
}
