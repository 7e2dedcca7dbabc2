"use client";

import { PackageX } from "lucide-react";
import type { SpaceDto } from "@/contracts/spaces";
import { spacePath } from "../history/space-path";
import { isNotFound } from "../spaces/is-not-found";
import { ButtonLink } from "../ui/button";
import { Callout } from "../ui/callout";
import { EmptyState } from "../ui/empty-state";
import { RelativeTime } from "../ui/relative-time";
import { Skeleton } from "../ui/skeleton";
import { ImageHead } from "./image-head";
import { EventList, ImageHistory } from "./image-history";
import { shortDigest } from "./image-words";
import { type Place, useBinEntryOf, useImageEvents } from "./queries";

interface GoneProps {
  place: Place;
  workspaceSlug: string;
  space: SpaceDto | undefined;
  repository: string;
  digest: string;
}

/** The page of an image that its repository does not have: what happened to it, and the way to the recycle bin. */
export function ImageGone(props: GoneProps) {
  const { place, workspaceSlug, repository, digest } = props;
  const events = useImageEvents(place, { repository, digest });
  const entry = useBinEntryOf(place, repository, digest, true);
  const known = events.data?.pages.flatMap((page) => page.items);
  const last = known?.find(({ kind }) => kind === "recycled" || kind === "purged" || kind === "gone");
  if (known?.length === 0 && entry.data === null && !isNotFound(events.error)) return <ImageUnknown {...props} />;
  const binHref = `${spacePath(workspaceSlug, place.spaceId, "recycle-bin")}?q=${shortDigest(digest)}`;
  // Each tag that it had, as far as its history tells.
  const tags = [...new Set((known ?? []).flatMap(({ tag }) => tag ?? []))].map((name) => ({ name, pushedAt: "" }));
  return (
    <>
      <ImageHead {...props} />
      <Callout
        tone={entry.data ? "info" : "warning"}
        title={entry.data ? "This image is in the recycle bin" : "This image is not in its repository any more"}
        className="mb-6"
        action={
          entry.data ? (
            <ButtonLink href={binHref} size="sm">
              Open in the recycle bin
            </ButtonLink>
          ) : null
        }
      >
        {last ? (
          <>
            It was {last.text}, <RelativeTime at={last.at} />.{" "}
          </>
        ) : null}
        {entry.data
          ? `It can be restored from there with all its tags${entry.data.tags.length > 0 ? ` (${entry.data.tags.slice(0, 5).join(", ")})` : ""}.`
          : last
            ? null
            : "It left without the console being told why."}
      </Callout>
      {known ? (
        <ImageHistory
          place={place}
          workspaceSlug={workspaceSlug}
          details={{ repositoryName: repository, digest, tags }}
        />
      ) : events.error ? (
        <EventList place={place} workspaceSlug={workspaceSlug} about={{ repository, digest }} />
      ) : (
        <Skeleton className="w-2/3" />
      )}
    </>
  );
}

/** No such image, and no trace of one. */
export function ImageUnknown({ place, workspaceSlug }: GoneProps) {
  return (
    <EmptyState
      className="py-24"
      icon={<PackageX />}
      title={<h1>There is no such image</h1>}
      description="The registry space has none of this name, and its history knows of none. The address may be wrong."
      action={<ButtonLink href={spacePath(workspaceSlug, place.spaceId, "images")}>All images of the space</ButtonLink>}
    />
  );
}
